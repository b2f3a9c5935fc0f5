"""Administrative divisions as of a day."""

from datetime import date
from typing import Annotated, Any

from django.http import Http404, HttpRequest
from django.utils import timezone
from ninja import Path, Query, Router, Schema

from chunfeng.api.auth import needs
from chunfeng.api.paging import MAX_PAGE
from chunfeng.api.types import AsOf, FullCode, Plain
from chunfeng.areas import codes, queries

router = Router(tags=["areas"])


class AreaOut(Schema):
    """One code with one name over one period; `valid_to` is the first day without it."""

    code: str
    name: str
    level: int
    kind: str
    parent_code: str
    valid_from: date
    valid_to: date | None
    is_local: bool


class AreaDetail(AreaOut):
    """An area with its full name and what the code meant before and after."""

    path_name: str
    history: list[AreaOut]


class AreaList(Schema):
    items: list[AreaOut]
    on: date


@router.get("", response=AreaList, summary="Search areas by name, pinyin initials or code, as of a day")
@needs("area.read")
def search_areas(
    request: HttpRequest,
    q: Annotated[Plain, Query(min_length=1, max_length=60)],
    on: AsOf = None,
    within: FullCode = None,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 20,
) -> dict[str, Any]:
    """The best match first. Villages are found only inside a prefecture or something smaller (`within`)."""
    day = on or timezone.localdate()
    return {"items": queries.search(q, day, within, None, limit), "on": day}


@router.get("/{code}", response=AreaDetail, summary="One area as of a day")
@needs("area.read")
def get_area(
    request: HttpRequest, code: Annotated[str, Path(pattern=codes.CODE_PATTERN)], on: AsOf = None
) -> dict[str, Any]:
    """404 when the code means nothing on that day."""
    day = on or timezone.localdate()
    found = queries.area(code, day)
    if found is None:
        raise Http404
    fields = {name: getattr(found, name) for name in AreaOut.model_fields}
    return {**fields, "path_name": queries.path_name(code, day), "history": queries.history(code)}
