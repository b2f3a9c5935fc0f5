"""The placement rules shipped with the programme, one YAML file each, every one citing its text."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from django.utils.translation import get_language

from chunfeng.people.choices import ISOLATING, Exposure, Placement

FOLDER = Path(__file__).parent
UNCHECKED = "依据待核"
"""How a source says that nobody has compared it with the printed text yet."""
_KEYS = {
    "code", "title", "exposure", "symptoms", "placement", "days", "fever_above", "source", "valid_from", "checked",
    "note",
}  # fmt: skip


class BadRule(ValueError):
    """A file that is no rule; the message names the file and the entry."""


@dataclass(frozen=True, slots=True)
class ShippedRule:
    """One rule of the library. `checked`: somebody compared it with the printed text."""

    code: str
    title: dict[str, str]
    exposure: str
    symptoms: bool | None
    placement: str
    days: int
    fever_above: Decimal | None
    source: dict[str, str]
    valid_from: date | None
    checked: bool
    note: dict[str, str]

    @property
    def name(self) -> str:
        """The title in the language of the reader."""
        return _spoken(self.title)

    @property
    def remark(self) -> str:
        """What to know before taking it into use."""
        return _spoken(self.note)

    @property
    def cites(self) -> str:
        """The clause as one line, marked where it has not been compared with the text."""
        parts = [self.source.get("number", ""), self.source["title"], self.source.get("clause", "")]
        line = " ".join(part for part in parts if part)
        return line if self.checked else f"{line}（{UNCHECKED}）"

    def values(self) -> dict[str, Any]:
        """What an officer takes into use; days and areas are theirs to change."""
        return {
            "name": self.title["zh"],
            "exposure": self.exposure,
            "symptoms": self.symptoms,
            "placement": self.placement,
            "days": self.days,
            "fever_above": self.fever_above,
            "source": self.cites,
        }


def rules() -> list[ShippedRule]:
    """Every shipped rule, in the order of the codes."""
    return [rule for _code, rule in _all()]


def rule(code: str) -> ShippedRule | None:
    """The shipped rule of this code."""
    return dict(_all()).get(code)


def read(data: bytes | str, name: str = "") -> ShippedRule:
    """One file. Raises `BadRule` naming the entry that is wrong."""
    found = yaml.safe_load(data)
    if not isinstance(found, dict) or set(found) - _KEYS:
        raise BadRule(
            f"{name}: unknown entries {sorted(set(found) - _KEYS) if isinstance(found, dict) else ''}"
        )
    gone = [key for key in ("code", "title", "exposure", "placement", "source") if key not in found]
    if gone:
        raise BadRule(f"{name}: missing {gone}")
    degrees = found.get("fever_above")
    made = ShippedRule(
        code=str(found["code"]), title=dict(found["title"]), exposure=str(found["exposure"]),
        symptoms=found.get("symptoms"), placement=str(found["placement"]), days=int(found.get("days", 0)),
        fever_above=None if degrees is None else Decimal(str(degrees)),
        source={key: str(value) for key, value in found["source"].items()}, valid_from=found.get("valid_from"),
        checked=bool(found.get("checked", False)), note=dict(found.get("note", {})),
    )  # fmt: skip
    if made.exposure not in Exposure.values or made.placement not in Placement.values:
        raise BadRule(f"{name}: exposure or placement is not in the vocabulary")
    if made.symptoms not in (None, True, False) or not made.source.get("title") or "zh" not in made.title:
        raise BadRule(
            f"{name}: symptoms are true, false or absent; a source has a title, a title is in Chinese"
        )
    if made.placement in ISOLATING and (
        made.days < 1 or (made.exposure == Exposure.NONE and made.symptoms is not True)
    ):
        raise BadRule(f"{name}: an isolation has days, and symptoms or an exposure as its ground")
    return made


@lru_cache(maxsize=1)
def _all() -> tuple[tuple[str, ShippedRule], ...]:
    found = [read(path.read_bytes(), path.name) for path in sorted(FOLDER.glob("*.yaml"))]
    return tuple((each.code, each) for each in found)


def _spoken(texts: dict[str, str]) -> str:
    language = "zh" if (get_language() or "zh").startswith("zh") else "en"
    return texts.get(language) or texts.get("zh", "")
