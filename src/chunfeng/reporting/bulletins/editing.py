"""What a person changes in a draft. Pure: content in, content out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from chunfeng.core.errors import Refused
from chunfeng.reporting.bulletins import sentences

TOP = "top"
"""Where a line is added before all others."""


def apply(
    content: dict[str, Any],
    *,
    title: str | None,
    lines: Mapping[str, str],
    remove: Sequence[str],
    add: Mapping[str, str],
    by: str,
    at: datetime,
) -> dict[str, Any]:
    """The content with the changes. `lines` by block id ("b3"; a situation is "b7.12"), `add` by the id before.

    Raises `Refused` for an id that is not there and for lines that cannot be read.
    """
    content = deepcopy(content)
    stamp = at.isoformat()
    there = {ident for block in content["blocks"] for ident in idents(block)}
    gone = set(remove)
    for ident in (*lines, *gone, *add):
        if ident not in there and ident != TOP:
            raise Refused(_("This draft has no line “%(id)s”. Open it again.") % {"id": ident})
    if title is not None:
        title = sentences.tidy(title)
        if not title:
            raise Refused(_("Write the title of this issue."))
        content["title"] = title[:120]
    blocks: list[dict[str, Any]] = []
    fresh = _Fresh(content, by, stamp)
    if add.get(TOP, "").strip():
        blocks.append(fresh.line(add[TOP]))
    for block in content["blocks"]:
        if block["id"] not in gone:
            _change(block, lines, gone, content["figures"], by, stamp)
            blocks.append(block)
        if add.get(block["id"], "").strip():
            blocks.append(fresh.line(add[block["id"]]))
    if not blocks:
        raise Refused(_("Nothing would be left of this bulletin. Discard the draft instead."))
    content["blocks"] = blocks
    return content


def idents(block: Mapping[str, Any]) -> Iterable[str]:
    """The ids under which a block's lines are edited."""
    yield block["id"]
    if block["kind"] == "situations":
        yield from (f"{block['id']}.{row['key']}" for row in block["rows"])


def hands(content: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Every number a person wrote in."""
    return [run for block in content["blocks"] for run in block.get("runs", ()) if "hand" in run]


def _change(
    block: dict[str, Any],
    lines: Mapping[str, str],
    gone: set[str],
    figures: Mapping[str, Any],
    by: str,
    stamp: str,
) -> None:
    written = lines.get(block["id"])
    if block["kind"] == "heading" and written is not None:
        block["text"] = sentences.tidy(written)[:60] or block["text"]
    elif block["kind"] == "line" and written is not None:
        if not sentences.tidy(written):
            raise Refused(_("A line was left empty. Write it, or take it out."))
        if sentences.tidy(written) != sentences.editable(block["runs"], figures):
            block["runs"] = sentences.edited(written, block["runs"], figures, by=by, at=stamp)
            block["edited"] = {"by": by, "at": stamp}
    elif block["kind"] == "situations":
        for row in block["rows"]:
            _change_situation(row, lines.get(f"{block['id']}.{row['key']}"), by, stamp)
            if f"{block['id']}.{row['key']}" in gone:
                row["dropped"] = {"by": by, "at": stamp}


def _change_situation(row: dict[str, Any], written: str | None, by: str, stamp: str) -> None:
    if written is not None and sentences.tidy(written) not in ("", row["text"]):
        row["text"] = sentences.tidy(written)[: sentences.MAX_LINE]
        row["edited"] = {"by": by, "at": stamp}


class _Fresh:
    """New lines with ids of their own."""

    def __init__(self, content: Mapping[str, Any], by: str, stamp: str) -> None:
        self._next = 1 + max((int(block["id"][1:]) for block in content["blocks"]), default=0)
        self._by, self._stamp = by, stamp

    def line(self, text: str) -> dict[str, Any]:
        """A line of a person; its numbers have no report behind them and say so."""
        ident, self._next = f"b{self._next}", self._next + 1
        runs = sentences.edited(text, [], {}, by=self._by, at=self._stamp)
        return {"id": ident, "kind": "line", "runs": runs, "edited": {"by": self._by, "at": self._stamp}}
