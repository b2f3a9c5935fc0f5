"""The forms shipped with the programme, one YAML file each, every one citing the text that orders it."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from chunfeng.reporting.definition import FormDefinition, load_yaml

FOLDER = Path(__file__).parent


@lru_cache(maxsize=1)
def _all() -> tuple[tuple[str, FormDefinition], ...]:
    read = (load_yaml(path.read_bytes()) for path in sorted(FOLDER.glob("*.yaml")))
    return tuple((form.code, form) for form in read)


def forms() -> list[tuple[str, FormDefinition]]:
    """Every shipped form with its code, in the order of the codes."""
    return list(_all())


def form(code: str) -> FormDefinition | None:
    """The shipped form of this code."""
    return dict(_all()).get(code)
