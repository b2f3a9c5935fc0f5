"""What offices owe: their reports, the filing of one, zero reports, reports on events."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Annotated, Any

from django.http import Http404, HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Header, Query, Router, Schema
from pydantic import Field

from chunfeng.api.auth import needs
from chunfeng.api.paging import After, Limit, page
from chunfeng.api.types import BIGGEST_KEY, Key, Next, OfficeRef, Plain
from chunfeng.core import idempotency
from chunfeng.core.crypto import mask
from chunfeng.core.errors import Refused
from chunfeng.offices import queries as directory
from chunfeng.reporting import actions, periods, queries, values
from chunfeng.reporting.choices import Channel, Standing
from chunfeng.reporting.models import Obligation, Revision
from chunfeng.reporting.queries import ledger

router = Router(tags=["reports"])
events = Router(tags=["reports"])


class FormRef(Schema):
    """A form by code."""

    id: int
    code: str
    title: str
    source: str


class OwedOut(Schema):
    """One form × office × period: owed from the calendar before anything arrives."""

    id: int
    form: FormRef
    version: int = Field(description="The wording that holds for this period.")
    office: OfficeRef
    area_code: str
    period: str
    period_start: dt.date
    period_end: dt.date
    sequence: int = Field(description="0, or 1, 2, … for reports on events.")
    standing: str = Field(description="due, filed, zero, late, missing, returned or exempt at this moment.")
    due_at: dt.datetime = Field(description="The cut-off.")
    closes_at: dt.datetime = Field(description="The end of the grace; what comes later is late.")
    revision: int
    filed_at: dt.datetime | None

    @staticmethod
    def resolve_version(of: Obligation) -> int:
        return of.version.number

    @staticmethod
    def resolve_period(of: Obligation) -> str:
        return periods.name(of.period_start, of.period_end)

    @staticmethod
    def resolve_standing(of: Obligation) -> str:
        return str(ledger.standing(of, timezone.now()))


class OwedPage(Next):
    items: list[OwedOut]


class RevisionOut(Schema):
    """One signed filing."""

    number: int
    at: dt.datetime
    by_name: str
    zero: bool
    channel: str
    reason: str
    changed: list[str]
    digest: str


class OwedDetail(OwedOut):
    """A report with what stands in it, personal data masked, and its filings, the newest first."""

    values: dict[str, float | str | None] = Field(description="By cell code, numbers in their own unit.")
    previous: dict[str, float | None] = Field(description="The numbers of the period before.")
    exempt_reason: str
    revisions: list[RevisionOut]

    @staticmethod
    def resolve_values(of: Obligation) -> dict[str, Any]:
        stated = ledger.stated(of)
        masked = {code: mask(text) for code, text in stated.sealed.items()}
        return {**_numbers(of), **stated.texts, **masked}

    @staticmethod
    def resolve_previous(of: Obligation) -> dict[str, Any]:
        before = ledger.previous(of)
        return _numbers(before) if before is not None and before.revision else {}

    @staticmethod
    def resolve_revisions(of: Obligation) -> list[Revision]:
        return ledger.revisions(of)


Written = dict[
    Annotated[Plain, Field(max_length=200)],
    Annotated[Plain, Field(max_length=5000)] | bool | int | Decimal | None,
]
Words = dict[Annotated[Plain, Field(max_length=200)], Annotated[Plain, Field(max_length=500)]]


class FilingIn(Schema):
    """What the office states."""

    values: Written = Field(
        max_length=2000,
        description="By cell code, as a person would write it. null and “” leave untouched what stands.",
    )
    comments: Words = Field(
        default_factory=dict, max_length=500, description="By code of the check that asks."
    )
    clear: list[Plain] = Field(
        default_factory=list, max_length=2000, description="Cells to empty; needs a reason."
    )
    reason: Annotated[Plain, Field(max_length=300)] = Field("", description="Why a filed report changes.")


class ZeroIn(Schema):
    """The signed statement that nothing happened."""

    comments: Words = Field(default_factory=dict, max_length=500)
    reason: Annotated[Plain, Field(max_length=300)] = ""


class EventIn(Schema):
    """What happened on a day."""

    on: dt.date = Field(ge=dt.date(1949, 10, 1), le=dt.date(2199, 12, 31))
    values: Written = Field(max_length=2000)
    comments: Words = Field(default_factory=dict, max_length=500)
    office: Annotated[int, Field(ge=1, le=BIGGEST_KEY)] | None = Field(
        None, description="An office below that it is filed for; else the posting's own."
    )


class FiledOut(Schema):
    """The acknowledgement: what was signed stands under this revision and digest."""

    report_id: int
    revision: int
    zero: bool
    digest: str = Field(description="SHA-256 over what was stated, by whom and when.")
    filed_at: dt.datetime
    changed: list[str]


IdempotencyKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=idempotency.MAX_KEY,
        pattern="^[!-~]+$",
        description="Your own key for this filing, for example a UUID. Send it again if the line broke.",
    ),
]
Day = Annotated[dt.date | None, Query(ge=dt.date(1949, 10, 1), le=dt.date(2199, 12, 31))]


@router.get("", response=OwedPage, summary="Reports the posting's office owes, the latest made first")
@needs("report.read")
def list_reports(
    request: HttpRequest,
    standing: Annotated[Standing | None, Query()] = None,
    form: Annotated[int | None, Query(ge=1, le=BIGGEST_KEY)] = None,
    first: Day = None,
    last: Day = None,
    below: Annotated[
        bool, Query(description="Of every office in the range; needs `form` and `first`.")
    ] = False,
    after: After = None,
    limit: Limit = 50,
) -> dict[str, Any]:
    """Narrow by how it stands now, by form, and by the days on which periods begin."""
    rows = ledger.visible(request.actor)
    if not below:
        rows = rows.filter(office=request.actor.office_id)
    elif not (form and first):
        raise Refused(_("Reports of offices below are listed by form and first day: give both."))
    narrow = {"form": form, "period_start__gte": first, "period_start__lte": last}
    rows = rows.filter(**{name: value for name, value in narrow.items() if value is not None})
    if standing:
        rows = ledger.with_standing(rows, timezone.now()).filter(standing=standing)
    return page(rows, after=after, limit=limit)


@router.get("/{pk}", response=OwedDetail, summary="One report with its filings")
@needs("report.read")
def get_report(request: HttpRequest, pk: Key) -> Any:
    """Also of offices below, as far as the posting sees."""
    return _find(request, pk)


@router.post("/{pk}/file", response=FiledOut, summary="File a report, or file it again with a reason")
@needs("report.file", writes=True)
def file_report(request: HttpRequest, pk: Key, said: FilingIn, idempotency_key: IdempotencyKey) -> Any:
    """All or nothing. A refusal names every cell under `cells` and every check under `checks`."""

    def act() -> Revision:
        _find(request, pk)
        return actions.file_report(
            obligation_id=pk,
            values=said.values,
            comments=said.comments,
            clear=said.clear,
            reason=said.reason,
            by=request.actor,
            at=timezone.now(),
            channel=Channel.API,
            key=idempotency_key,
        )

    return _once(request, idempotency_key, act)


@router.post("/{pk}/zero", response=FiledOut, summary="Sign that nothing happened")
@needs("report.file", writes=True)
def file_zero(request: HttpRequest, pk: Key, said: ZeroIn, idempotency_key: IdempotencyKey) -> Any:
    """Every number of the report is zero then; silence would not be."""

    def act() -> Revision:
        _find(request, pk)
        return actions.file_zero(
            obligation_id=pk,
            comments=said.comments,
            reason=said.reason,
            by=request.actor,
            at=timezone.now(),
            channel=Channel.API,
            key=idempotency_key,
        )

    return _once(request, idempotency_key, act)


@events.post("/{pk}/events", response=FiledOut, summary="Report an event on a form that is filed on events")
@needs("report.file", writes=True)
def file_event(request: HttpRequest, pk: Key, said: EventIn, idempotency_key: IdempotencyKey) -> Any:
    """Each event is a report of its own, with the next number of its day."""

    def act() -> Revision:
        form = queries.form_by_id(pk)
        office = directory.office_by_id(said.office or request.actor.office_id)
        if form is None or office is None or not request.actor.sees(office.area_code):
            raise Http404
        return actions.file_event(
            form=form,
            office=office,
            values=said.values,
            comments=said.comments,
            on=said.on,
            by=request.actor,
            at=timezone.now(),
            channel=Channel.API,
            key=idempotency_key,
        )

    return _once(request, idempotency_key, act)


def _once(request: HttpRequest, key: str, act: Callable[[], Revision]) -> dict[str, Any]:
    def answer() -> tuple[int, dict[str, Any]]:
        signed = act()
        told = FiledOut(
            report_id=signed.obligation_id,
            revision=signed.number,
            zero=signed.zero,
            digest=signed.digest,
            filed_at=signed.at,
            changed=signed.changed,
        )
        return 200, told.model_dump(mode="json")

    _status, said, _repeated = idempotency.once(
        key=key,
        route=f"POST {request.path}",
        body=request.body,
        act=answer,
        by=request.actor,
        at=timezone.now(),
    )
    return said


def _find(request: HttpRequest, pk: int) -> Obligation:
    found = ledger.obligation(request.actor, pk)
    if found is None:
        raise Http404
    return found


def _numbers(of: Obligation) -> dict[str, Any]:
    form = queries.definition_of(of.version)
    stated = values.by_code(of.numbers, of.form.slots)
    return {cell.code: values.plain(cell.indicator, stated.get(cell.code)) for cell in form.number_cells}
