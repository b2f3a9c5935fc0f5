"""The desk of the posting's office: its tasks, one task, and the report that it is done."""

import base64
import binascii
import datetime as dt
from enum import StrEnum
from typing import Annotated, Any

from django.http import Http404, HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Header, Query, Router, Schema
from pydantic import Field

from chunfeng.api.auth import needs
from chunfeng.api.paging import After, Limit, page
from chunfeng.api.types import BIGGEST_KEY, Key, Next, OfficeRef, Plain, Search
from chunfeng.core import idempotency
from chunfeng.core.actions import store_file
from chunfeng.core.errors import Refused
from chunfeng.core.models import StoredFile
from chunfeng.notices.masking import masked
from chunfeng.tasking import actions, queries
from chunfeng.tasking.models import Task, TaskEntry

router = Router(tags=["tasks"])


class Show(StrEnum):
    """Which part of the desk."""

    OPEN = "open"
    NEW = "new"
    TODAY = "today"
    OVERDUE = "overdue"
    DONE = "done"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class TaskOut(Schema):
    """One duty on one office's desk."""

    id: int
    state: str
    part: str
    action: str
    quote: str = Field(description="The words of the notice, verbatim; contacts masked.")
    clause: str
    duty_id: int
    notice_id: int
    notice_number: str
    recipient: OfficeRef | None = Field(description="The office that gets the result.")
    due_at: dt.datetime | None
    every: str
    assigned_at: dt.datetime
    accepted_at: dt.datetime | None
    done_at: dt.datetime | None

    @staticmethod
    def resolve_action(task: Task) -> str:
        return masked(task.duty.action)

    @staticmethod
    def resolve_quote(task: Task) -> str:
        return masked(task.duty.quote)

    @staticmethod
    def resolve_clause(task: Task) -> str:
        return task.duty.clause.ident

    @staticmethod
    def resolve_notice_number(task: Task) -> str:
        return task.notice.number


class TaskPage(Next):
    items: list[TaskOut]


class FileOut(Schema):
    """A file handed in."""

    name: str
    media_type: str
    size: int
    sha256: str


class EntryOut(Schema):
    """One line of the history."""

    id: int
    kind: str
    text: str
    period: str
    by_name: str
    at: dt.datetime
    files: list[FileOut]

    @staticmethod
    def resolve_files(entry: TaskEntry) -> list[StoredFile]:
        return [piece.file for piece in entry.evidence.all()]


class TaskDetail(TaskOut):
    """A task with its office and history, the newest line first."""

    office: OfficeRef
    parent_id: int | None
    entries: list[EntryOut]

    @staticmethod
    def resolve_entries(task: Task) -> list[TaskEntry]:
        return queries.entries(task)


class FileIn(Schema):
    """A file as evidence."""

    name: Annotated[Plain, Field(min_length=1, max_length=255)]
    media_type: Annotated[Plain, Field(max_length=100, pattern=r"^[\w.+-]+/[\w.+-]+$")]
    content: str = Field(description="The bytes in base64.")


class ReportIn(Schema):
    """What was done."""

    text: Annotated[Plain, Field("", max_length=5000, description="What was done, in a sentence.")]
    period: Annotated[
        Plain, Field("", max_length=20, description="Of a repeated duty: 2020-02-03, 2020-W06, 2020-02.")
    ]
    files: Annotated[list[FileIn], Field(max_length=20)] = []


class ReportOut(Schema):
    """The task after the report."""

    task_id: int
    entry_id: int
    state: str
    period: str
    reported_at: dt.datetime
    next_due_at: dt.datetime | None = Field(None, description="Of a repeated duty.")


@router.get("", response=TaskPage, summary="Tasks of the posting's office, the last assigned first")
@needs("task.read")
def list_tasks(
    request: HttpRequest,
    show: Annotated[Show, Query()] = Show.OPEN,
    q: Search = None,
    notice: Annotated[int | None, Query(ge=1, le=BIGGEST_KEY)] = None,
    after: After = None,
    limit: Limit = 50,
) -> dict[str, Any]:
    """Narrow by the part of the desk, by words of the order or the notice, and by notice."""
    rows = queries.desk(request.actor, show.value, timezone.now())
    if q:
        rows = queries.search(rows, q)
    if notice:
        rows = rows.filter(notice=notice)
    return page(rows, after=after, limit=limit)


@router.get("/{pk}", response=TaskDetail, summary="One task with its history")
@needs("task.read")
def get_task(request: HttpRequest, pk: Key) -> Any:
    """Also of the offices below, as far as the posting sees."""
    return _find(request, pk)


@router.post("/{pk}/report", response=ReportOut, summary="Report a task done")
@needs("task.work", writes=True)
def report_task(
    request: HttpRequest,
    pk: Key,
    report: ReportIn,
    idempotency_key: Annotated[
        str,
        Header(
            alias="Idempotency-Key",
            min_length=1,
            max_length=idempotency.MAX_KEY,
            pattern="^[!-~]+$",
            description="Your own key for this report, for example a UUID. Send it again if the line broke.",
        ),
    ],
) -> Any:
    """With a sentence, or files, or both. The same key with the same body has one effect and one answer."""
    actor, now = request.actor, timezone.now()

    def act() -> tuple[int, dict[str, Any]]:
        task = _find(request, pk)
        files = [_stored(piece, task, request, now) for piece in report.files]
        entry = actions.report_done(
            task=task,
            text=report.text,
            files=files,
            period=report.period,
            key=idempotency_key,
            by=actor,
            at=now,
        )
        task = _find(request, pk)
        answer = ReportOut(
            task_id=task.pk,
            entry_id=entry.pk,
            state=task.state,
            period=entry.period,
            reported_at=entry.at,
            next_due_at=task.due_at if task.every else None,
        )
        return 200, answer.model_dump(mode="json")

    _status, answer, _repeated = idempotency.once(
        key=idempotency_key, route=f"POST {request.path}", body=request.body, act=act, by=actor, at=now
    )
    return answer


def _find(request: HttpRequest, pk: int) -> Task:
    task = queries.task(request.actor, pk)
    if task is None:
        raise Http404
    return task


def _stored(piece: FileIn, task: Task, request: HttpRequest, now: dt.datetime) -> StoredFile:
    try:
        data = base64.b64decode(piece.content, validate=True)
    except (binascii.Error, ValueError):
        raise Refused(_("The content of the file “%(name)s” is not base64.") % {"name": piece.name}) from None
    return store_file(
        data=data,
        name=piece.name,
        media_type=piece.media_type,
        area_code=task.area_code,
        by=request.actor,
        at=now,
    )
