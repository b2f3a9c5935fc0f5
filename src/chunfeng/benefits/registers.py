"""Which facts of measures the register of people answers. A fact is known by its name in the measures' files.

The register knows who belongs to a group; that somebody is not entered in one proves nothing, so the answer is
"yes" or unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import date
from typing import Any

from chunfeng.people.choices import Category
from chunfeng.people.models import Person

SOURCE = "register:people"
Reader = Callable[[Person, Collection[str], date], Any]


def _held(category: str) -> Reader:
    return lambda _person, categories, _on: True if category in categories else None


READERS: dict[str, Reader] = {
    "born_on": lambda person, _categories, _on: person.birth.isoformat() if person.birth else None,
    "age": lambda person, _categories, on: _age(person.birth, on),
    "poor_worker": _held(Category.POOR),
    "hardship_person": _held(Category.HARDSHIP),
    "unemployed": _held(Category.UNEMPLOYED),
    "registered_unemployed": _held(Category.UNEMPLOYED),
    "disabled": _held(Category.DISABLED),
    "graduate": _held(Category.GRADUATE),
    "veteran": _held(Category.VETERAN),
    "returnee": _held(Category.RETURNING),
    "work_area": lambda person, _categories, _on: person.work_area or None,
}


def answers(person: Person, categories: Collection[str], names: Iterable[str], on: date) -> dict[str, Any]:
    """Fact → value in JSON form for those of the names the register answers about a person on a day."""
    found = {name: READERS[name](person, categories, on) for name in names if name in READERS}
    return {name: value for name, value in found.items() if value is not None}


def _age(birth: date | None, on: date) -> int | None:
    return None if birth is None else on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))
