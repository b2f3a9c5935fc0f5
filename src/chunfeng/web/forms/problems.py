"""Each problem of a definition at the field it speaks of."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from chunfeng.web.forms.draft import Draft, Row

_PLACE = re.compile(
    r"(?P<kind>reporters|dimensions|indicators|checks)(?:\[(?P<n>\d+)\]|\.(?P<code>\w+))(?P<rest>.*)"
)
_TOP = {"title": "title_zh", "note": "note_zh", "source": "source_number"}


@dataclass(frozen=True)
class Placed:
    """A problem, where it stands in words, and the anchor of its field."""

    where: str
    text: str
    anchor: str
    row: str = ""
    top: str = ""


def place(problems: Sequence[str], draft: Draft) -> list[Placed]:
    """Read every sentence "place: text"; what belongs to no row or field stands at the top."""
    names = {
        "code": _("code"), "title": _("title"), "source": _("source"), "every": _("how often"),
        "cut_off": _("cut-off"), "grace": _("grace"), "days_after": _("days after"), "peak_every": _("peak rhythm"),
        "reporters": _("who reports"), "indicators": _("what is asked"), "checks": _("checks"),
        "dimensions": _("breakdowns"), "note": _("note"), "figures": _("figures"),
    }  # fmt: skip
    found = []
    for problem in problems:
        where, _colon, text = problem.partition(": ")
        if not text:
            where, text = "", problem
        row, rest = _row(where, draft)
        if row is not None:
            title = _("%(kind)s, row %(n)s") % {
                "kind": names[row.kind], "n": draft.rows(row.kind).index(row) + 1,
            }  # fmt: skip
            field = names.get(rest.lstrip("."), "") or _field_name(rest.lstrip("."))
            found.append(Placed(f"{title} · {field}" if field else title, text, f"row-{row.key}", row.key))
            continue
        head = re.split(r"[.\[]", where)[0]
        anchor = f"f-{_TOP.get(head, head)}" if head else "editor"
        found.append(Placed(names.get(head, where), text, anchor, top=head))
    return found


def mark(placed: Sequence[Placed], draft: Draft) -> None:
    """Write the problems at the rows and fields they speak of."""
    for each in placed:
        row = draft.row(each.row)
        if row is not None:
            row.problems.append(each.text)
        elif each.top:
            draft.problems.setdefault(each.top, []).append(each.text)


def _row(where: str, draft: Draft) -> tuple[Row | None, str]:
    match = _PLACE.fullmatch(where)
    if match is None:
        return None, ""
    rows = draft.rows(match["kind"])
    if match["n"]:
        n = int(match["n"]) - 1
        return (rows[n] if n < len(rows) else None), match["rest"]
    same = [row for row in rows if (row.values.get("code") or row.key) == match["code"]]
    return (same[-1] if same else None), match["rest"]


def _field_name(name: str) -> str:
    known = {
        "type": _("type"), "aggregate": _("aggregation"), "by": _("breakdowns"), "choices": _("choices"),
        "decimals": _("digits after the point"), "jump": _("jump"), "jump_from": _("jump from"),
        "target": _("target"), "level": _("level"), "area": _("area"), "line": _("line of business"),
        "within": _("more time"), "strength": _("strength"), "categories": _("categories"), "source": _("source"),
    }  # fmt: skip
    return known.get(name.split(".")[0], "")
