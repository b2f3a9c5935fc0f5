"""Official documents as read and reviewed: clauses, duties, citations, and the text they stand in."""

import datetime as dt
from typing import Annotated, Any

from django.http import Http404, HttpRequest
from ninja import Query, Router, Schema

from chunfeng.api.auth import needs
from chunfeng.api.paging import After, Limit, page
from chunfeng.api.types import Key, Next, OfficeRef, Search
from chunfeng.core import events
from chunfeng.notices import queries
from chunfeng.notices.choices import State
from chunfeng.notices.masking import masked, masked_within
from chunfeng.notices.models import Citation, Clause, Duty, Notice
from chunfeng.offices.models import Office

router = Router(tags=["notices"])


class EmergencyRef(Schema):
    """The emergency a notice belongs to."""

    id: int
    name: str


class NoticeOut(Schema):
    """A notice in the register."""

    id: int
    title: str
    number: str
    kind: str
    date: dt.date | None
    issuers: list[str]
    state: str
    openness: str
    emergency: EmergencyRef
    registered_by: OfficeRef
    registered_at: dt.datetime
    issued_at: dt.datetime | None

    @staticmethod
    def resolve_registered_by(notice: Notice) -> Office:
        return notice.registered_by_office


class NoticePage(Next):
    items: list[NoticeOut]


class ClauseOut(Schema):
    """A numbered part; `start` and `end` are offsets into `text`."""

    id: int
    ident: str
    label: str
    heading: str
    text: str
    start: int
    end: int

    @staticmethod
    def resolve_heading(clause: Clause) -> str:
        return masked(clause.heading)

    @staticmethod
    def resolve_text(clause: Clause) -> str:
        return masked(clause.text)


class DutyOut(Schema):
    """Something the notice orders, at a clause, in its own words."""

    id: int
    clause_id: int
    quote: str
    force: str
    action: str
    lead: str
    partners: list[str]
    report_to: str
    deadline_text: str
    deadline_kind: str
    starts_on: dt.date | None
    due_on: dt.date | None
    due_time: dt.time | None
    every: str
    state: str

    @staticmethod
    def resolve_quote(duty: Duty) -> str:
        return masked(duty.quote)

    @staticmethod
    def resolve_action(duty: Duty) -> str:
        return masked(duty.action)


class CitationOut(Schema):
    """A document named in the notice; `target_id` where it is in the register."""

    title: str
    number: str
    issuer: str
    date: dt.date | None
    clause: str
    relation: str
    target_id: int | None


class NoticeDetail(NoticeOut):
    """A notice with all that was read from it and its text. Contacts in the text are masked, in place.

    `repairs` and `suspects` are for the area that keeps the notice, empty elsewhere.
    """

    aliases: list[str]
    addressees: list[str]
    signer: str
    urgency: str
    attachments: list[Any]
    valid_from: dt.date | None
    valid_to: dt.date | None
    forwards_id: int | None
    sha256: str
    text: str
    repairs: list[Any]
    suspects: list[Any]
    clauses: list[ClauseOut]
    duties: list[DutyOut]
    citations: list[CitationOut]

    @staticmethod
    def resolve_text(notice: Notice) -> str:
        return masked(notice.text)

    @staticmethod
    def resolve_repairs(notice: Notice, context: Any) -> list[Any]:
        return masked_within(notice.repairs) if _kept_here(notice, context) else []

    @staticmethod
    def resolve_suspects(notice: Notice, context: Any) -> list[Any]:
        return masked_within(notice.suspects) if _kept_here(notice, context) else []

    @staticmethod
    def resolve_clauses(notice: Notice) -> list[Clause]:
        return queries.clauses(notice)

    @staticmethod
    def resolve_duties(notice: Notice, context: Any) -> list[Duty]:
        return queries.duties_for(context["request"].actor, notice)

    @staticmethod
    def resolve_citations(notice: Notice) -> list[Citation]:
        return list(notice.citations.order_by("id"))


def _kept_here(notice: Notice, context: Any) -> bool:
    return bool(context["request"].actor.sees(notice.area_code))


@router.get("", response=NoticePage, summary="Notices in sight, the last registered first")
@needs("notice.read")
def list_notices(
    request: HttpRequest,
    q: Search = None,
    state: Annotated[State | None, Query()] = None,
    emergency: Annotated[int | None, Query(ge=1, le=2**63 - 1)] = None,
    after: After = None,
    limit: Limit = 50,
) -> dict[str, Any]:
    """Narrow by words (title, number in any writing, issuer, text), by state and by emergency."""
    rows = queries.register_list(request.actor)
    if q:
        rows = queries.search(rows, q)
    if state:
        rows = rows.filter(state=state)
    if emergency:
        rows = rows.filter(emergency=emergency)
    return page(rows, after=after, limit=limit)


@router.get("/{pk}", response=NoticeDetail, summary="One notice with clauses, duties and text")
@needs("notice.read")
def get_notice(request: HttpRequest, pk: Key) -> Any:
    """Contact persons printed on the notice are left out. The read stands in the audit trail."""
    notice = queries.one(request.actor, pk)
    if notice is None:
        raise Http404
    events.record_read("notice.original", by=request.actor, on=notice, detail={"through": "api"})
    return notice
