"""Parameter types shared by the resources."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from ninja import Path, Query, Schema
from pydantic import AfterValidator, Field, StringConstraints

from chunfeng.areas import codes

BIGGEST_KEY = 2**63 - 1


def _printable(text: str) -> str:
    if "\x00" in text:
        raise ValueError("a NUL character cannot be searched for or stored")
    if any("\ud800" <= sign <= "\udfff" for sign in text):
        raise ValueError("half of a surrogate pair is no character and cannot be stored")
    return text


def _area_code(text: str) -> str:
    return codes.check(text)  # BadCode is a ValueError


Plain = Annotated[str, AfterValidator(_printable)]
Search = Annotated[Plain | None, Query(max_length=100, description="Words to look for.")]
FullCode = Annotated[
    Annotated[str, StringConstraints(pattern=codes.CODE_PATTERN), AfterValidator(_area_code)] | None,
    Query(
        description="An area code of 12 characters (15 for a block, 18 for a cell), for example 220100000000."
    ),
]
AsOf = Annotated[
    date | None, Query(ge=date(1949, 10, 1), le=date(2199, 12, 31), description="Today when left out.")
]
Key = Annotated[int, Path(ge=1, le=BIGGEST_KEY)]


class OfficeRef(Schema):
    """An office by name."""

    id: int
    code: str
    name: str


class Next(Schema):
    """Where the next page begins; null on the last page."""

    next: int | None = Field(None, description="Give it as `after` to get the next page.")
