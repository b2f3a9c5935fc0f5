"""The rows of a group at the counter: what happened to a household or a firm, one line each, without a script.

A button asks for more empty lines; a line that is emptied or ticked off goes away.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from chunfeng.benefits import engine
from chunfeng.benefits.actions import claims
from chunfeng.benefits.models import Claim
from chunfeng.web.claims import common
from chunfeng.web.claims.forms import field_of, initial_of, json_of

EMPTY, MORE, MOST = 2, 5, 200
"""Empty lines at first; lines a click adds; lines in all."""


@dataclass
class Cell:
    """One field of a line: its bound widget and what is wrong with it."""

    question: engine.Question
    html: str
    shown: str = ""
    unit: str = ""
    error: str = ""


@dataclass
class GroupRows:
    """One group on the page: its lines, their values in JSON form, whether they differ from what is held."""

    name: str
    label: str
    columns: tuple[engine.Question, ...]
    facts: list[str]
    lines: list[list[Cell]] = field(default_factory=list)
    values: list[dict[str, Any]] = field(default_factory=list)
    changed: bool = False
    wrong: bool = False
    more: bool = False

    @property
    def count(self) -> int:
        """Lines on the page, the empty ones too."""
        return len(self.lines)


def held_rows(row: Claim, *, more: bool = False) -> list[GroupRows]:
    """The groups of a claim with the rows stated so far, and with `more` some empty lines."""
    found = []
    for group in _groups(row):
        held = _held(row, group.name)
        for n, values in enumerate(held):
            group.lines.append(
                [_cell(group.name, n, c, initial_of(c, values.get(c.name))) for c in group.columns]
            )
        for n in range(len(held), min(len(held) + (EMPTY if held else EMPTY + 1), MOST) if more else 0):
            group.lines.append([_cell(group.name, n, c, None) for c in group.columns])
        group.values = held
        found.append(group)
    return found


def typed_rows(row: Claim, post: Mapping[str, Any]) -> list[GroupRows]:
    """The same as typed: faults marked, emptied and ticked lines left out, empty ones added where asked."""
    return [_typed(group, _held(row, group.name), post) for group in _groups(row)]


def _typed(group: GroupRows, held: list[dict[str, Any]], post: Mapping[str, Any]) -> GroupRows:
    text = str(post.get(f"rows-{group.name}", ""))
    if not text:
        return group  # the page had no such table
    count = min(int(text), MOST) if text.isascii() and text.isdecimal() and len(text) < 5 else 0
    for n in range(count):
        names = {c.name: f"rows-{group.name}-{n}-{c.name}" for c in group.columns}
        typed = {column: str(post.get(name, "")).strip() for column, name in names.items()}
        if not any(typed.values()) or post.get(f"rows-{group.name}-{n}-gone"):
            continue
        line, values = [], {}
        for column in group.columns:
            cell = _cell(group.name, len(group.lines), column, typed[column.name])
            try:
                value = json_of(column, field_of(column, required=False).clean(typed[column.name]))
                if value is not None:
                    values[column.name] = value
            except ValidationError as bad:
                cell.error, group.wrong = " ".join(bad.messages), True
            line.append(cell)
        group.lines.append(line)
        group.values.append(values)
    group.more = post.get("more") == group.name
    empty = MORE if group.more else EMPTY
    for n in range(len(group.lines), min(len(group.lines) + empty, MOST)):
        group.lines.append([_cell(group.name, n, c, None) for c in group.columns])
    group.changed = group.values != held
    return group


def _groups(row: Claim) -> list[GroupRows]:
    labels = {name: each.label for name, each in engine.questions(row.version).items()}
    return [
        GroupRows(each.name, each.label, each.columns, [labels[name] for name in each.facts])
        for each in engine.groups(row.version).values()
    ]


def _held(row: Claim, name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = claims.stated(row).get(name, {}).get("value") or []
    return found


def _cell(group: str, n: int, column: engine.Question, value: Any) -> Cell:
    made = field_of(column, required=False)
    attributes = {
        "aria-label": _("%(column)s, line %(n)s") % {"column": column.label, "n": n + 1},
        "id": f"rows-{group}-{n}-{column.name}",
    }
    html = made.widget.render(f"rows-{group}-{n}-{column.name}", value, attributes)
    shown = str(value if value is not None else "")
    if column.kind == "choice":
        shown = dict(column.options).get(shown, shown)
    elif column.kind == "yes_no":
        shown = {"yes": _("yes"), "no": _("no")}.get(shown, shown)
    return Cell(column, html, shown, str(getattr(made, "unit", "") or common.UNITS.get(column.unit, "")))
