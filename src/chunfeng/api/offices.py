"""The directory of offices. Personal contacts are not given out here."""

from typing import Annotated, Any

from django.http import Http404, HttpRequest
from ninja import Query, Router, Schema

from chunfeng.api.auth import needs
from chunfeng.api.paging import After, Limit, page
from chunfeng.api.types import FullCode, Key, Next, OfficeRef, Search
from chunfeng.areas import codes
from chunfeng.offices import queries
from chunfeng.offices.choices import Level, Line

router = Router(tags=["offices"])


class OfficeOut(Schema):
    """An office in service."""

    id: int
    code: str
    name: str
    short_name: str
    level: str
    line: str
    area_code: str
    parent_id: int | None
    is_partner: bool


class OfficeDetail(OfficeOut):
    """An office with the one it reports to and its other names."""

    aliases: list[str]
    agency_code: str
    active: bool
    parent: OfficeRef | None


class OfficePage(Next):
    items: list[OfficeOut]


@router.get("", response=OfficePage, summary="Offices in service, newest entry first")
@needs("office.read")
def list_offices(
    request: HttpRequest,
    q: Search = None,
    area: FullCode = None,
    level: Annotated[Level | None, Query()] = None,
    line: Annotated[Line | None, Query()] = None,
    after: After = None,
    limit: Limit = 50,
) -> dict[str, Any]:
    """Narrow by words, by area (everything inside it), by level and by line of business."""
    rows = queries.offices()
    if q:
        rows = queries.matching(rows, q)
    if area:
        lo, hi = codes.code_range(area)
        rows = rows.filter(area_code__gte=lo, area_code__lt=hi)
    if level:
        rows = rows.filter(level=level)
    if line:
        rows = rows.filter(line=line)
    return page(rows, after=after, limit=limit)


@router.get("/{pk}", response=OfficeDetail, summary="One office")
@needs("office.read")
def get_office(request: HttpRequest, pk: Key) -> Any:
    """Also one out of service (`active` is false)."""
    office = queries.office_by_id(pk)
    if office is None:
        raise Http404
    return office
