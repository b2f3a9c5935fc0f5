"""A file or pasted text becomes notices: kept, read, laid out for review."""

from __future__ import annotations

import hashlib
import logging
import mimetypes
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from chunfeng.areas import codes
from chunfeng.core.actions import store_file
from chunfeng.core.actor import Actor
from chunfeng.core.errors import Refused
from chunfeng.core.models import StoredFile
from chunfeng.notices import naming, pages, reader
from chunfeng.notices.actions._history import lock, note, own
from chunfeng.notices.choices import Act, DeadlineKind, Kind, Openness, State
from chunfeng.notices.linking import link_citations
from chunfeng.notices.models import (
    Citation,
    Clause,
    DeadlineDefault,
    Duty,
    Emergency,
    Notice,
    NoticeContact,
)
from chunfeng.notices.reader.document import Document
from chunfeng.notices.refusals import in_plain_words
from chunfeng.offices import roles
from chunfeng.offices.models import Office

log = logging.getLogger(__name__)
_KINDS = set(Kind.values)


@transaction.atomic
def register(
    *, emergency: Emergency, data: bytes | None, text: str, name: str, by: Actor, at: datetime
) -> list[Notice]:
    """Register an uploaded file (`data`) or pasted `text`; one notice for each document found on the page.

    Idempotent: the same bytes in the same office and emergency give the notices registered before (their
    `registered_at` is then not `at`). A file that cannot be read is kept as one notice in the state
    "unreadable" with the reason, so that nothing is lost. Raises `Refused` for nothing, or too much.
    """
    roles.require(by, "notice.register")
    office = office_of(by)
    if data is None:
        data = text.replace("\r\n", "\n").strip().encode()
        name = name or _("pasted text") + ".txt"
    if not data:
        raise Refused(_("There is nothing to read. Choose a file or paste the text of the notice."))
    digest = hashlib.sha256(data).hexdigest()
    before = list(same_file(emergency=emergency, office_id=office.pk, sha256=digest))
    if before:
        return before
    media_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
    try:
        with transaction.atomic():
            file = store_file(
                data=data, name=name, media_type=media_type, area_code=office.area_code, by=by, at=at
            )
            frame = Notice(
                emergency=emergency,
                area_code=office.area_code,
                registered_by_office=office,
                original=file,
                sha256=digest,
                registered_at=at,
            )
            return _read_into(frame, lambda: reader.read(data, name), file, by, at)
    except IntegrityError:
        # somebody in this office registered the same file in this very moment
        return list(same_file(emergency=emergency, office_id=office.pk, sha256=digest))


def same_file(*, emergency: Emergency, office_id: int, sha256: str) -> Any:
    """The notices this office already made of these bytes in this emergency."""
    return Notice.objects.filter(
        emergency=emergency, registered_by_office_id=office_id, sha256=sha256
    ).order_by("place")


@transaction.atomic
def retype(*, notice: Notice, text: str, by: Actor, at: datetime) -> list[Notice]:
    """Give an unreadable notice its text; the kept file stays the original. Returns the notices found."""
    roles.require(by, "notice.register")
    notice = lock(notice)
    own(notice, by)
    if notice.state != State.UNREADABLE:
        raise Refused(_("This notice already has its text."))
    if not text.strip():
        raise Refused(_("There is nothing to read. Choose a file or paste the text of the notice."))
    assert notice.original is not None
    notice.state, notice.unreadable_because = State.READ, ""
    return _read_into(notice, lambda: reader.read_pasted(text, notice.original.name), notice.original, by, at)


def office_of(by: Actor) -> Office:
    """The office the actor is posted to."""
    office = Office.objects.filter(pk=by.office_id or 0).first()
    if office is None:
        raise Refused(_("Your posting has no office. Choose a posting first."))
    return office


def _read_into(frame: Notice, read: Any, file: StoredFile, by: Actor, at: datetime) -> list[Notice]:
    """Read and lay out every document; the first fills `frame`, the others copy its registration."""
    try:
        reading = read()
        found = pages.parts(reading)
    except reader.Unreadable as trouble:
        return _keep_unread(frame, file, in_plain_words(str(trouble), file.name), by, at)
    except Exception:  # whatever the reader stumbles over, the file must not be lost
        log.exception("the reader failed on %s", file.sha256)
        sentence = _("Reading “%(name)s” failed. Paste its text here, and tell the operator of this system.")
        return _keep_unread(frame, file, sentence % {"name": file.name}, by, at)
    made: list[Notice] = []
    for place, part in enumerate(found):
        notice = frame if place == 0 else _like(frame, place)
        fill(notice, part, reading)
        notice.save()
        lay_out(notice, part)
        made.append(notice)
        note(Act.REGISTERED, notice=notice, by=by, at=at, sha256=notice.sha256, place=place)
    for place, part in enumerate(found):
        inner = part.document.forwards
        if inner is not None and 0 <= inner < len(made) and inner != place:
            Notice.objects.filter(pk=made[place].pk).update(forwards=made[inner])
            made[place].forwards = made[inner]
    for notice in made:
        link_citations(notice)
    return made


def _keep_unread(frame: Notice, file: StoredFile, because: str, by: Actor, at: datetime) -> list[Notice]:
    """The file stays in the register with the reason; its text can be typed later."""
    frame.state, frame.title, frame.unreadable_because = State.UNREADABLE, file.name[:300], because[:500]
    frame.save()
    note(Act.REGISTERED, notice=frame, by=by, at=at, sha256=frame.sha256, unreadable=because[:300])
    return [frame]


def _like(frame: Notice, place: int) -> Notice:
    return Notice(
        emergency=frame.emergency,
        area_code=frame.area_code,
        registered_by_office=frame.registered_by_office,
        original=frame.original,
        sha256=frame.sha256,
        registered_at=frame.registered_at,
        place=place,
    )


def fill(notice: Notice, part: pages.Part, reading: reader.Reading) -> None:
    """The header fields as the reader found them. What it did not find stays empty."""
    document = part.document
    notice.title = (document.title or "")[:300]
    notice.kind = document.kind if document.kind in _KINDS else ""
    notice.number = naming.proper_number(document.number or "")
    notice.aliases = document.aliases
    notice.issuers = document.issuers
    notice.addressees = document.addressees
    notice.date = document.date
    notice.signer = (document.signer or "")[:60]
    notice.urgency = (document.urgency or "")[:10]
    notice.attachments = document.attachments
    notice.openness = Openness.PUBLIC if document.published else Openness.INTERNAL
    notice.issuer_level = _level(document)
    notice.raw_text, notice.text = part.raw, part.text
    notice.shares_page = len(reading.documents) > 1
    notice.repairs = pages.shifted([x.as_json() for x in reading.repairs], part)
    notice.suspects = pages.shifted([x.as_json() for x in reading.suspects], part)
    notice.reading = document.as_json() | {"contacts": len(document.contacts)}  # they are kept sealed
    notice.number_key = naming.number_key(notice.number)
    notice.title_key = naming.title_key(notice.title)


def _level(document: Document) -> str:
    """The issuer's level: that of an office of the directory with this name, else what the name says."""
    if document.issuers:
        held = Office.objects.filter(name__in=document.issuers[:3]).values_list("level", flat=True).first()
        if held:
            return held
    return naming.level_of(document.issuers, document.number or "", document.title or "")


def lay_out(notice: Notice, part: pages.Part) -> None:
    """Clauses, duties as proposals, citations with their relation, contacts sealed."""
    document = part.document
    clauses = Clause.objects.bulk_create(
        Clause(
            notice=notice,
            ident=c.id[:30],
            label=(c.label or "")[:30],
            heading=(c.heading or "")[:300],
            text=c.text,
            start=c.start - part.start,
            end=c.end - part.start,
            position=i,
        )
        for i, c in enumerate(document.clauses)
    )
    by_ident = {clause.ident: clause for clause in clauses}
    defaults = office_defaults(notice)
    Duty.objects.bulk_create(
        _duty(notice, by_ident[d.clause[:30]], d, part, i, defaults) for i, d in enumerate(document.duties)
    )
    Citation.objects.bulk_create(
        Citation(
            notice=notice,
            title=(c.title or "")[:300],
            number=naming.proper_number(c.number or ""),
            issuer=(c.issuer or "")[:200],
            date=c.date,
            clause=(c.clause or "")[:60],
            relation=pages.relation_of(c, part.text),
            number_key=naming.number_key(c.number or ""),
            title_key=naming.title_key(c.title or ""),
        )
        for c in document.citations
    )
    NoticeContact.objects.bulk_create(
        NoticeContact(
            notice=notice, name=(c.name or "")[:60], phones="、".join(c.phones) or None, email=c.email or None
        )
        for c in document.contacts
    )


def _duty(notice: Notice, clause: Clause, d: Any, part: pages.Part, position: int, defaults: Any) -> Duty:
    duty = Duty(
        notice=notice,
        clause=clause,
        quote=d.quote,
        start=d.start - part.start,
        end=d.end - part.start,
        force=d.force,
        action=d.action,
        lead=(d.actors.lead or "")[:200],
        partners=list(d.actors.with_),
        report_to=(d.report_to or "")[:200],
        position=position * 10,
        quantities=notice.reading["duties"][position]["quantities"],
    )
    put_deadline(duty, d.deadline, defaults)
    return duty


def put_deadline(duty: Duty, deadline: Any, defaults: list[DeadlineDefault]) -> None:
    """Set the deadline the reader found; a fuzzy one takes the office's default, marked as such."""
    if deadline is None:
        return
    duty.deadline_text = deadline.text[:200]
    duty.deadline_kind = deadline.kind
    duty.starts_on, duty.due_on = deadline.start, deadline.end
    duty.due_time = datetime.strptime(deadline.time, "%H:%M").time() if deadline.time else None  # noqa: DTZ007
    duty.every = (deadline.every or "")[:20]
    if deadline.kind == DeadlineKind.FUZZY and duty.due_on is None and duty.notice.date is not None:
        fit = next((each for each in defaults if each.phrase in deadline.text), None)
        if fit is not None:
            duty.due_on = duty.notice.date + timedelta(days=fit.days)
            duty.date_by_default = True


def office_defaults(notice: Notice) -> list[DeadlineDefault]:
    """The readings of fuzzy deadlines that hold for the registering office: its own, then those above."""
    mine = notice.registered_by_office_id
    usable = DeadlineDefault.objects.filter(
        Q(office_id=mine) | Q(area_code__in=codes.ancestors(notice.area_code))
    )
    return sorted(usable, key=lambda d: (d.office_id != mine, -len(_stem(d.area_code)), -len(d.phrase)))


def _stem(area_code: str) -> str:
    return codes.code_range(area_code)[0]
