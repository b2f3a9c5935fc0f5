"""The templates shipped with the programme, one YAML file each, every one citing the text it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from chunfeng.people.choices import MessageChannel, Occasion
from chunfeng.people.messaging import placeholders

FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Shipped:
    """A template as shipped. `verified`: somebody compared the source with the printed text."""

    code: str
    name: str
    occasion: str
    channel: str
    text: str
    source: str
    verified: bool

    def values(self) -> dict[str, Any]:
        """What `actions.templates.add_template` takes."""
        return {
            "name": self.name,
            "occasion": self.occasion,
            "channel": self.channel,
            "text": self.text,
            "source": self.source,
        }


def read(code: str, data: dict[str, Any]) -> Shipped:
    """One file. Raises KeyError, ValueError or `Refused` for what is wrong with it."""
    return Shipped(
        code,
        data["name"],
        Occasion(data["occasion"]).value,
        MessageChannel(data["channel"]).value,
        placeholders.read(data["text"]),
        data["source"],
        bool(data["verified"]),
    )


@lru_cache(maxsize=1)
def templates() -> tuple[Shipped, ...]:
    """Every shipped template, in the order of the occasions."""
    found = (
        read(path.stem, yaml.safe_load(path.read_text(encoding="utf-8"))) for path in FOLDER.glob("*.yaml")
    )
    order = Occasion.values
    return tuple(sorted(found, key=lambda each: (order.index(each.occasion), each.code)))


def template(code: str) -> Shipped | None:
    """The shipped template of this code."""
    return next((each for each in templates() if each.code == code), None)
