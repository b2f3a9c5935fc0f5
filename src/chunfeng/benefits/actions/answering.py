"""The answer to a question in words to read out or send: what the rules say, by which clause, on which day."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from chunfeng.benefits import engine, files
from chunfeng.benefits.models import MeasureVersion

MARKS = {True: "✓", False: "✗", None: "？"}


def words(found: engine.Evaluation, version: MeasureVersion, on: date) -> str:
    """The answer, each condition with its clause, each sum, the texts and the day they were applied for."""
    tongue, kept = engine.language(), found.explanation
    contents = files.read(version.text).contents
    lines = [f"{contents.title}：{kept['answer'][tongue]}"]
    lines += [_condition(row, tongue) for row in kept["conditions"]]
    lines += [
        f"＝ {row['label'][tongue]}：{row['sum'][tongue]}（{row['clause']}）"
        for row in kept["gives"]
        if row["value"] is not None
    ]
    if found.asks and found.outcome != engine.NOT_ELIGIBLE:
        known = engine.questions(version)
        asks = "、".join(known[name].label for name in found.asks if name in known)
        lines.append(_("Still needed: %(facts)s.") % {"facts": asks})
    lines.append(_("According to: %(sources)s") % {"sources": "；".join(contents.sources)})
    lines.append(
        _("By the rules of %(day)s, version %(number)s. This is information, no decision.")
        % {"day": on.isoformat(), "number": version.number}
    )
    if version.confidence == "unverified":
        lines.append(_("The wording of the sources has not been checked."))
    return "\n".join(lines)


def _condition(row: dict[str, Any], tongue: str) -> str:
    return f"{MARKS[row['value']]} {row['says'][tongue]}（{row['clause']}）"
