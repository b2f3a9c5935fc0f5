"""Reviewing a notice's header, clauses and doubtful places, and finishing the review."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Value
from django.utils import timezone
from django.utils.translation import gettext as _

from chunfeng.core.actor import Actor
from chunfeng.core.errors import Refused
from chunfeng.notices import naming
from chunfeng.notices.actions import fields
from chunfeng.notices.actions._history import in_review, lock, note, own
from chunfeng.notices.actions.register import office_defaults, put_deadline
from chunfeng.notices.choices import Act, DutyState, Openness, Relation, State
from chunfeng.notices.linking import link_citations
from chunfeng.notices.models import Citation, Clause, Duty, Notice, NoticeEntry
from chunfeng.notices.queries.review import undecided
from chunfeng.notices.reader.dates import Calendar
from chunfeng.notices.reader.deadlines import find_deadline
from chunfeng.notices.reader.numbers import number_year
from chunfeng.notices.reader.text import normalise
from chunfeng.offices import roles


class Conflict(Refused):
    """Somebody else changed the same thing since it was opened; the message says who, what and when."""


def check_version(*, held: int, seen: int | None, notice: Notice, duty: Duty | None = None) -> None:
    """Refuse when the value on the reviewer's screen is older than the stored one. None skips the check."""
    if seen is None or seen == held:
        return
    last = (
        NoticeEntry.objects.filter(notice=notice, duty=duty)
        .exclude(act=Act.REGISTERED)
        .order_by("-id")
        .first()
    )
    if last is None:
        raise Conflict(_("Somebody changed this while you had it open. The present values are shown."))
    raise Conflict(
        _(
            "%(name)s changed “%(field)s” from “%(old)s” to “%(new)s” at %(at)s while you had it open. "
            "The present values are shown; change them again if needed."
        )
        % {
            "name": last.by_name,
            "field": label_of(last),
            "old": last.old[:60] or "—",
            "new": last.new[:60] or "—",
            "at": timezone.localtime(last.at).strftime("%H:%M"),
        }
    )


def label_of(entry: NoticeEntry) -> str:
    """What a history line speaks of, in the reader's language."""
    model = Notice if entry.duty_id is None else Duty
    if entry.field and any(f.name == entry.field for f in model._meta.get_fields()):
        return str(model._meta.get_field(entry.field).verbose_name)  # type: ignore[union-attr]
    return entry.get_act_display()


@transaction.atomic
def correct(
    *, notice: Notice, field: str, value: Any, by: Actor, at: datetime, version: int | None = None
) -> Notice:
    """Correct one header field. The value before stays in the history; the reader's own in `reading`.

    `version` is the notice's version on the reviewer's screen: an older one raises `Conflict`.
    """
    roles.require(by, "notice.register")
    notice = lock(notice)
    own(notice, by)
    in_review(notice)
    clean = fields.HEADER[field]
    check_version(held=notice.version, seen=version, notice=notice)
    new, old = clean(value), getattr(notice, field)
    if new == old:
        return notice
    setattr(notice, field, new)
    if notice.valid_from and notice.valid_to and notice.valid_to < notice.valid_from:
        raise Refused(_("“In force until” lies before “in force from”. Correct one of them."))
    notice.number_key, notice.title_key = naming.number_key(notice.number), naming.title_key(notice.title)
    notice.version += 1
    notice.save(update_fields=[field, "version", "number_key", "title_key"])
    if field in {"number", "title"}:
        link_citations(notice)
    if field in {"number", "date"}:
        redate(notice)
    note(Act.CORRECTED, notice=notice, by=by, at=at, field=field, old=old, new=new)
    return notice


def redate(notice: Notice) -> None:
    """Work out anew the days of deadlines nobody touched: the year comes from the notice's date or number."""
    days = Calendar(notice.date, number_year(notice.number))
    defaults = office_defaults(notice)
    for duty in notice.duties.filter(state=DutyState.PROPOSED, version=1).exclude(deadline_kind=""):
        found = find_deadline(normalise(duty.quote), days)
        if found is not None and found.kind == duty.deadline_kind:
            duty.notice, duty.date_by_default = notice, False
            put_deadline(duty, found, defaults)
            duty.save()


@transaction.atomic
def correct_clause(*, clause: Clause, heading: str, by: Actor, at: datetime) -> Clause:
    """Correct a clause's heading; its place in the text is what was read."""
    roles.require(by, "notice.register")
    notice = lock(clause.notice)
    own(notice, by)
    in_review(notice)
    new, old = fields.line(300)(heading), clause.heading
    if new != old:
        clause.heading = new
        clause.save(update_fields=["heading"])
        note(
            Act.CORRECTED, notice=notice, by=by, at=at, field="heading", old=old, new=new, clause=clause.ident
        )
    return clause


@transaction.atomic
def correct_citation(*, citation: Citation, relation: str, by: Actor, at: datetime) -> Citation:
    """Say what this notice does to a document it names (B3, B13)."""
    roles.require(by, "notice.register")
    notice = lock(citation.notice)
    own(notice, by)
    in_review(notice)
    new = fields.one_of(Relation, empty=False)(relation)
    if new != citation.relation:
        old, citation.relation = citation.relation, new
        citation.save(update_fields=["relation"])
        note(
            Act.CORRECTED,
            notice=notice,
            by=by,
            at=at,
            field="relation",
            old=old,
            new=new,
            citation=citation.pk,
        )
    return citation


@transaction.atomic
def settle_suspect(*, notice: Notice, index: int, text: str | None, by: Actor, at: datetime) -> Notice:
    """A person looked at a doubtful place: it stands (`text` None), or these characters take its place.

    A replacement moves everything behind it: clauses, duties, repairs and other doubtful places follow.
    """
    roles.require(by, "notice.register")
    notice = lock(notice)
    own(notice, by)
    in_review(notice)
    try:
        place = notice.suspects[index]
    except IndexError:
        raise Refused(_("This doubtful place is no longer in the list. Open the page again.")) from None
    if place.get("settled"):
        return notice
    start, end = place["at"], place["at"] + len(place["text"])
    old = notice.text[start:end]
    if text is not None and text != old:
        _replace(notice, start, end, text)
        place["text"] = text
    place["settled"] = by.name
    notice.version += 1
    notice.save(update_fields=["text", "suspects", "repairs", "version"])
    note(Act.LOOKED_AT, notice=notice, by=by, at=at, field="text", old=old, new=old if text is None else text)
    return notice


def _replace(notice: Notice, start: int, end: int, new: str) -> None:
    """Put `new` in place of text[start:end] and move every offset behind it."""
    notice.text = notice.text[:start] + new + notice.text[end:]
    shift = len(new) - (end - start)
    for place in (*notice.suspects, *notice.repairs):
        if place["at"] > start:
            place["at"] += shift
    for rows in (notice.clauses, notice.duties):
        rows.filter(start__gt=start).update(start=F("start") + Value(shift))
        rows.filter(end__gt=start).update(end=F("end") + Value(shift))
    clause = notice.clauses.filter(start__lte=start, end__gt=start).first()
    if clause is not None:
        clause.text = notice.text[clause.start : clause.end]
        clause.save(update_fields=["text"])
    for duty in notice.duties.filter(start__lte=start, end__gt=start):
        duty.quote = notice.text[duty.start : duty.end]
        duty.save(update_fields=["quote"])


@transaction.atomic
def finish_review(*, notice: Notice, by: Actor, at: datetime) -> Notice:
    """Close the review. Refused, with the list, while anything is undecided. Idempotent."""
    roles.require(by, "notice.register")
    notice = lock(notice)
    own(notice, by)
    if notice.state == State.REVIEWED:
        return notice
    in_review(notice)
    left = undecided(notice)
    if left:
        raise Refused(
            _("The review cannot be finished yet: %(list)s")
            % {"list": "；".join(f"{each.what}（{each.count}）" for each in left)}
        )
    notice.state, notice.reviewed_at, notice.reviewed_by_name = State.REVIEWED, at, by.name
    notice.save(update_fields=["state", "reviewed_at", "reviewed_by_name"])
    note(Act.REVIEWED, notice=notice, by=by, at=at)
    return notice


@transaction.atomic
def reopen_review(*, notice: Notice, by: Actor, at: datetime) -> Notice:
    """Open a finished review again, before the notice is issued."""
    roles.require(by, "notice.register")
    notice = lock(notice)
    own(notice, by)
    if notice.state == State.READ:
        return notice
    if notice.state != State.REVIEWED:
        in_review(notice)
    notice.state, notice.reviewed_at, notice.reviewed_by_name = State.READ, None, ""
    notice.save(update_fields=["state", "reviewed_at", "reviewed_by_name"])
    note(Act.REOPENED, notice=notice, by=by, at=at)
    return notice


@transaction.atomic
def classify(*, notice: Notice, openness: str, by: Actor, at: datetime) -> Notice:
    """Mark a notice public or internal (B14); after issuing this is for leaders."""
    roles.require(by, "notice.register")
    notice = lock(notice)
    own(notice, by)
    if notice.state == State.ISSUED:
        roles.require(by, "notice.issue")
    openness = fields.one_of(Openness, empty=False)(openness)
    if openness != notice.openness:
        old, notice.openness = notice.openness, openness
        notice.save(update_fields=["openness"])
        note(Act.CLASSIFIED, notice=notice, by=by, at=at, field="openness", old=old, new=openness)
    return notice
