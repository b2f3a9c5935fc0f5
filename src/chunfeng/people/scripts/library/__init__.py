"""The scripts shipped with the programme, one YAML file each, every one citing the text that orders it."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from chunfeng.people.scripts.definition import Script
from chunfeng.people.scripts.reading import read_yaml

FOLDER = Path(__file__).parent


@lru_cache(maxsize=1)
def _all() -> tuple[tuple[str, Script], ...]:
    read = (read_yaml(path.read_bytes()) for path in sorted(FOLDER.glob("*.yaml")))
    return tuple((script.code, script) for script in read)


def scripts() -> list[Script]:
    """Every shipped script, in the order of the codes."""
    return [script for _code, script in _all()]


def script(code: str) -> Script | None:
    """The shipped script of this code."""
    return dict(_all()).get(code)
