"""Issuing: a number without gaps, dispatches down, receipts back. Forwarding and withdrawing."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from chunfeng.core.actions import store_file
from chunfeng.core.actor import Actor
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.notices import naming, pages, reader
from chunfeng.notices.actions import fields
from chunfeng.notices.actions._history import in_review, lock, note, own
from chunfeng.notices.actions.register import fill, lay_out, office_of
from chunfeng.notices.choices import Act, Openness, State
from chunfeng.notices.linking import link_citations
from chunfeng.notices.models import Citation, Dispatch, Notice, NumberSeries
from chunfeng.notices.queries.sending import bundle
from chunfeng.notices.refusals import in_plain_words
from chunfeng.offices import roles
from chunfeng.offices.models import Office

Recipients = Iterable[tuple[Office, str]]
"""Offices with the addressee phrase that meant them; "" for an office chosen by hand."""


@transaction.atomic
def issue(
    *, notice: Notice, dispatches: Recipients, openness: str, by: Actor, at: datetime, allot: bool = True
) -> Notice:
    """Issue a reviewed notice to offices. Leaders only; issuing twice is issuing once.

    A notice without a number gets the office's next one (`allot`), gap-free per agency code and year. A
    notice that carries a number keeps it; one of our own agency moves the series past it. What the notice
    forwards goes down with it. Afterwards everything is frozen. Tasks are made downstream.
    """
    roles.require(by, "notice.issue")
    notice = lock(notice)
    own(notice, by)
    if notice.state == State.ISSUED:
        return notice
    if notice.state != State.REVIEWED:
        in_review(notice)
        raise Refused(_("Finish the review of this notice before you issue it."))
    office = notice.registered_by_office
    _number(notice, office, allot, by, at)
    notice.state, notice.issued_at = State.ISSUED, at
    notice.openness = fields.one_of(Openness, empty=False)(openness)
    if notice.issuing_office_id == office.pk:
        notice.date = notice.date or timezone.localdate(at)
        notice.issuers = notice.issuers or [office.name]
        notice.issuer_level = office.level
    try:
        with transaction.atomic():
            notice.save()
    except IntegrityError as error:
        raise Refused(
            _("The number %(number)s is already on another notice of this office. Correct it in the review.")
            % {"number": notice.number}
        ) from error
    for inner in bundle(notice)[1:]:
        _release(inner, by, at)
    sent = _send(notice, dispatches, by, at)
    note(
        Act.ISSUED,
        notice=notice,
        by=by,
        at=at,
        field="number",
        new=notice.number,
        offices=sent,
        openness=notice.openness,
    )
    return notice


def _number(notice: Notice, office: Office, allot: bool, by: Actor, at: datetime) -> None:
    code = office.agency_code
    year = (notice.date or timezone.localdate(at)).year
    if notice.number:
        serial = naming.serial_of(notice.number, code, year)
        if serial is not None:
            notice.issuing_office = office
            series = _series(office, code, year)
            if serial > series.last:
                series.last = serial
                series.save(update_fields=["last"])
        return
    if not allot:
        return
    if not code:
        raise Refused(
            _(
                "%(office)s has no agency code for document numbers. "
                "Add it in the directory, or issue without a number."
            )
            % {"office": office.name}
        )
    notice.issuing_office = office
    notice.number = allot_number(office=office, agency_code=code, year=year)
    notice.number_key = naming.number_key(notice.number)


@transaction.atomic
def allot_number(*, office: Office, agency_code: str, year: int) -> str:
    """The next number of the series, under its row lock: a transaction that fails gives it back."""
    series = _series(office, agency_code, year)
    series.last += 1
    series.save(update_fields=["last"])
    return f"{agency_code}〔{year}〕{series.last}号"


def _series(office: Office, agency_code: str, year: int) -> NumberSeries:
    NumberSeries.objects.bulk_create(
        [NumberSeries(office=office, area_code=office.area_code, agency_code=agency_code, year=year)],
        ignore_conflicts=True,
    )
    return NumberSeries.objects.select_for_update(of=("self",)).get(
        office=office, agency_code=agency_code, year=year
    )


def _release(inner: Notice, by: Actor, at: datetime) -> None:
    """A forwarded original must be fit to go down; one this office registered is issued along."""
    ours = inner.registered_by_office_id == by.office_id
    held = lock(inner) if ours else Notice.objects.get(pk=inner.pk)
    if held.state == State.ISSUED:
        return
    if held.state == State.WITHDRAWN:
        raise Refused(_("“%(title)s”, which this notice forwards, was withdrawn.") % {"title": held.title})
    if held.state != State.REVIEWED or not ours:
        raise Refused(
            _("“%(title)s”, which this notice forwards, is not reviewed yet. Finish its review first.")
            % {"title": held.title}
        )
    held.state, held.issued_at = State.ISSUED, at
    held.save(update_fields=["state", "issued_at"])
    note(Act.ISSUED, notice=held, by=by, at=at)


@transaction.atomic
def send(*, notice: Notice, dispatches: Recipients, by: Actor, at: datetime) -> int:
    """Send an issued notice to more offices; those that have it are left alone. Returns how many are new."""
    roles.require(by, "notice.issue")
    notice = lock(notice)
    own(notice, by)
    if notice.state != State.ISSUED:
        raise Refused(_("Only an issued notice can be sent to more offices."))
    count = _send(notice, dispatches, by, at)
    if count:
        note(Act.SENT, notice=notice, by=by, at=at, new=str(count))
    return count


def _send(notice: Notice, dispatches: Recipients, by: Actor, at: datetime) -> int:
    chosen: dict[int, tuple[Office, str]] = {}
    for office, phrase in dispatches:
        chosen.setdefault(office.pk, (office, phrase))
    if not chosen:
        raise Refused(_("Choose at least one office that gets the notice."))
    outside = [office.name for office, _phrase in chosen.values() if not by.sees(office.area_code)]
    if outside:
        raise NotAllowed(
            _("These offices lie outside your area: %(names)s. Take them out.")
            % {"names": "、".join(outside[:8])}
        )
    before = notice.dispatches.filter(for_task=False).count()
    for each in bundle(notice):
        Dispatch.objects.bulk_create(
            [
                Dispatch(
                    notice=each, office=office, area_code=office.area_code, addressee=phrase[:200], sent_at=at
                )
                for office, phrase in chosen.values()
            ],
            ignore_conflicts=True,
            batch_size=2000,
        )
        # an office that had got a single task of it is now an addressee
        each.dispatches.filter(for_task=True, office__in=list(chosen)).update(for_task=False, sent_at=at)
    return notice.dispatches.filter(for_task=False).count() - before


@transaction.atomic
def receive(*, dispatch: Dispatch, by: Actor, at: datetime) -> Dispatch:
    """Sign the receipt for one's own office, and with it that of what the notice forwards to this office.

    The first signature stands.
    """
    roles.require(by, "task.work")
    held = Dispatch.objects.select_for_update(of=("self",)).select_related("notice").get(pk=dispatch.pk)
    if by.role != "system" and held.office_id != by.office_id:
        raise NotAllowed(_("Only the office that got the notice signs its receipt."))
    along = Dispatch.objects.select_for_update(of=("self",)).select_related("notice").order_by("pk")
    sent_with_it = along.filter(
        notice__in=bundle(held.notice)[1:], office_id=held.office_id, for_task=False, received_at=None
    )
    for each in (held, *sent_with_it):
        if each.received_at is None:
            each.received_at, each.received_by_name = at, by.name
            each.save(update_fields=["received_at", "received_by_name"])
            note(Act.RECEIVED, notice=each.notice, by=by, at=at)
    return held


@transaction.atomic
def forward(*, notice: Notice, text: str, by: Actor, at: datetime) -> Notice:
    """Register the covering notice (`text`, with its own duties) that forwards `notice` (B2).

    It is then reviewed and issued like any other, and both go down together. The same text for the same
    original is one covering notice.
    """
    roles.require(by, "notice.register")
    notice = Notice.objects.select_related("registered_by_office").get(pk=notice.pk)
    if notice.state not in {State.ISSUED, State.REVIEWED}:
        raise Refused(_("Only a reviewed or issued notice can be forwarded."))
    if notice.state == State.REVIEWED:
        own(notice, by)
    office = office_of(by)
    data = text.replace("\r\n", "\n").strip().encode()
    if not data:
        raise Refused(_("Write the covering notice: what it forwards and what you add."))
    digest = hashlib.sha256(data + f"\nforwards {notice.pk}".encode()).hexdigest()
    same = Notice.objects.filter(registered_by_office=office, sha256=digest)
    before = same.first()
    if before is not None:
        return before
    try:
        with transaction.atomic():
            return _cover(notice, office, data, digest, by, at)
    except IntegrityError:
        # somebody in this office forwarded it with the same words in this very moment
        return same.get()


def _cover(notice: Notice, office: Office, data: bytes, digest: str, by: Actor, at: datetime) -> Notice:
    """Read the covering text and register it as the notice that forwards `notice`."""
    try:
        reading = reader.read(data, "covering.txt")
    except reader.Unreadable as trouble:
        raise Refused(in_plain_words(str(trouble), _("covering text"))) from trouble
    file = store_file(
        data=data,
        name=_("covering notice") + ".txt",
        media_type="text/plain",
        area_code=office.area_code,
        by=by,
        at=at,
    )
    cover = Notice(
        emergency=notice.emergency,
        area_code=office.area_code,
        registered_by_office=office,
        original=file,
        sha256=digest,
        registered_at=at,
        forwards=notice,
    )
    part = pages.parts(reading)[0]
    fill(cover, part, reading)
    cover.issuers = cover.issuers or [office.name]
    cover.issuer_level = office.level
    cover.save()
    lay_out(cover, part)
    link_citations(cover)
    Citation.objects.filter(notice=cover, target=notice).update(relation="forwards")
    note(Act.REGISTERED, notice=cover, by=by, at=at, forwards=notice.pk)
    note(Act.FORWARDED, notice=notice, by=by, at=at, new=str(cover))
    return cover


@transaction.atomic
def withdraw(*, notice: Notice, reason: str, by: Actor, at: datetime) -> Notice:
    """Take a notice out of force, with the reason. Those who got it still see it, marked. Idempotent."""
    roles.require(by, "notice.issue")
    notice = lock(notice)
    own(notice, by)
    if notice.state == State.WITHDRAWN:
        return notice
    reason = fields.line(300)(reason)
    if not reason:
        raise Refused(_("Say why the notice is withdrawn."))
    notice.state, notice.withdrawn_at, notice.withdrawn_because = State.WITHDRAWN, at, reason
    notice.save(update_fields=["state", "withdrawn_at", "withdrawn_because"])
    note(Act.WITHDRAWN, notice=notice, by=by, at=at, new=reason)
    return notice
