"""A bulletin as PDF/A, set by typst. Off line; a sign no font has is refused, never printed as a box."""

from __future__ import annotations

import json
import tempfile
from dataclasses import asdict
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import typst
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from chunfeng.core.errors import Refused
from chunfeng.reporting import charts
from chunfeng.reporting.bulletins import fonts
from chunfeng.reporting.bulletins.layout import Item, Picture, Printed, Table, title_lines

TEXT_WIDTH = 442
"""Points between the margins."""
CHART = (600, 250)


def pdf(pages: Printed) -> bytes:
    """The file. Raises `Refused` when no Chinese font is installed or a sign cannot be printed."""
    found = _compiled(pages, "pdf")
    assert isinstance(found, bytes)
    return found


def pictures(pages: Printed, *, ppi: float = 96) -> list[bytes]:
    """Every page as PNG."""
    found = _compiled(pages, "png", ppi=ppi)
    return found if isinstance(found, list) else [found]


def name_size(name: str, *, most: float = 46) -> tuple[float, float]:
    """Size and tracking in points for the red head: as large as the line holds."""
    size = min(most, TEXT_WIDTH / max(len(name), 1))
    room = TEXT_WIDTH - size * len(name)
    return size, round(min(size * 0.25, room * 0.6 / max(len(name), 1)), 1)


def _compiled(pages: Printed, format: Any, *, ppi: float | None = None) -> bytes | list[bytes]:
    faces = fonts.chosen(fonts.installed().families())
    with tempfile.TemporaryDirectory(prefix="chunfeng-bulletin-") as folder:
        root = Path(folder)
        (root / "main.typ").write_text(_template(), encoding="utf-8")
        items = [_item(item, n, root) for n, item in enumerate(pages.items)]
        (root / "data.json").write_text(json.dumps(_data(pages, items, faces)), encoding="utf-8")
        standards: Any = ["a-3b"] if format == "pdf" else []
        made = timezone.localtime(pages.made_on)
        try:
            found = typst.compile(
                root / "main.typ", root=root, font_paths=fonts.installed(), format=format, ppi=ppi,
                pdf_standards=standards, timestamp=int(made.timestamp()),
            )  # fmt: skip
        except typst.TypstError as error:
            raise Refused(_("The PDF could not be set: %(why)s") % {"why": error.message}) from error
    assert found is not None
    return found


def _data(pages: Printed, items: list[dict[str, Any]], faces: fonts.Faces) -> dict[str, Any]:
    made = timezone.localtime(pages.made_on)
    size, tracking = name_size(pages.name)
    with translation.override("zh-hans"):
        words = {"notes_title": _("Sources of the figures"), "signed": signed(pages)}
    return {
        "faces": asdict(faces),
        "name": pages.name,
        "name_size": size,
        "name_tracking": tracking,
        "issue": pages.issue,
        "office": pages.office,
        "day": pages.day,
        "title": pages.title,
        "title_lines": title_lines(pages.title),
        "correction": pages.correction,
        "draft": pages.draft,
        "items": items,
        "notes": list(pages.notes),
        "by_hand": list(pages.by_hand),
        "sent_to": pages.sent_to,
        "closing": pages.closing,
        "made_on": [made.year, made.month, made.day],
    } | words


def signed(pages: Printed) -> str:
    """Who signed the issue."""
    return _("Signed: %(name)s") % {"name": pages.signed} if pages.signed else ""


def _item(item: Item, number: int, root: Path) -> dict[str, Any]:
    if isinstance(item, Picture):
        name = f"curve{number}.svg"
        drawn = charts.curve_svg(title="", unit=item.unit, series=item.lines, width=CHART[0], height=CHART[1])
        (root / name).write_text(drawn, encoding="utf-8")
        return {"kind": item.kind, "caption": item.caption, "notes": list(item.notes), "file": name}
    if isinstance(item, Table):
        return {
            "kind": item.kind,
            "caption": item.caption,
            "header": list(item.header),
            "rows": [[run.text for run in row] for row in item.rows],
            "notes": list(item.notes),
            "remark": item.remark,
        }
    if item.kind == "heading":
        return asdict(item)
    return {
        "kind": item.kind,
        "runs": [{"text": run.text, "hand": run.hand} for run in getattr(item, "runs", ())],
        "notes": list(getattr(item, "notes", ())),
    }


@cache
def _template() -> str:
    return (files(__package__) / "bulletin.typ").read_text(encoding="utf-8")
