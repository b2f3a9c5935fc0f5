"""Bulletins: series, drafts, edits, and issuing under a number without gaps (C4, C6, C15)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from chunfeng.core.actions import record, store_file
from chunfeng.core.actor import Actor
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.notices.models import Emergency
from chunfeng.offices import roles
from chunfeng.offices.models import Office
from chunfeng.reporting.bulletins import content as contents
from chunfeng.reporting.bulletins import docx as word
from chunfeng.reporting.bulletins import editing, layout, plan, sentences
from chunfeng.reporting.bulletins import pdf as paper
from chunfeng.reporting.choices import BulletinKind, BulletinState
from chunfeng.reporting.models import Bulletin, BulletinSeries
from chunfeng.reporting.queries import bulletins as queries

LONGEST = 400
"""Days one issue may cover."""


@transaction.atomic
def add_series(
    *,
    kind: str,
    title: str,
    source: str,
    by: Actor,
    at: datetime,
    plan_data: list[dict[str, Any]] | None = None,
    office: Office | None = None,
    emergency: Emergency | None = None,
    sent_to: str = "",
) -> BulletinSeries:
    """A new series of the actor's office. Without a plan it gets the default one from the forms in use."""
    roles.require(by, "bulletin.write")
    home = office or Office.objects.filter(pk=by.office_id or 0).first()
    if home is None or not (by.role == "system" or home.pk == by.office_id):
        raise NotAllowed(_("A series belongs to the office that issues it."))
    if kind not in BulletinKind.values:
        raise Refused(_("Choose daily bulletin, weekly summary, stage summary or analysis report."))
    if plan_data is None:
        with translation.override("zh-hans"):
            plan_data = plan.defaults(kind, queries.forms_in_use())
        if not plan_data:
            raise Refused(_("No form with figures is in use yet. Publish a form first."))
    made = BulletinSeries(office=home, area_code=home.area_code, kind=kind, emergency=emergency)
    _write(made, title, source, plan_data, sent_to, active=True)
    record("bulletin.series", by=by, on=made, at=at, detail={"kind": kind})
    return made


@transaction.atomic
def change_series(
    *,
    series: BulletinSeries,
    title: str,
    source: str,
    plan_data: list[dict[str, Any]],
    by: Actor,
    at: datetime,
    sent_to: str = "",
    active: bool = True,
) -> BulletinSeries:
    """Another title, source, plan or distribution for the issues to come."""
    roles.require(by, "bulletin.write")
    own(series, by)
    series = BulletinSeries.objects.select_for_update(of=("self",)).get(pk=series.pk)
    _write(series, title, source, plan_data, sent_to, active=active)
    record("bulletin.series", by=by, on=series, at=at, detail={"parts": len(series.plan), "active": active})
    return series


def _write(
    series: BulletinSeries, title: str, source: str, data: list[dict[str, Any]], sent_to: str, *, active: bool
) -> None:
    title, source, sent_to = (sentences.tidy(text) for text in (title, source, sent_to))
    if not title:
        raise Refused(_("Write the title of the bulletin, as it stands in the red head."))
    if len(title) > 40:
        raise Refused(_("The title fits the red head with at most %(n)s characters.") % {"n": 40})
    if not source:
        raise Refused(
            _("Name the notice and clause that orders this bulletin, or the office's own decision.")
        )
    parts = plan.parse(data, queries.plan_forms())
    series.title, series.source, series.sent_to, series.active = (
        title,
        source[:300],
        sent_to[:300],
        active,
    )
    series.plan = [part.dump() for part in parts]
    try:
        with transaction.atomic():
            series.save()
    except IntegrityError as error:
        raise Refused(_("Your office already has a series “%(title)s”.") % {"title": title}) from error


@transaction.atomic
def draft(
    *,
    series: BulletinSeries,
    first_day: date,
    last_day: date,
    by: Actor,
    at: datetime,
    corrects: Bulletin | None = None,
    reason: str = "",
) -> Bulletin:
    """Compose an issue from the figures held now. A draft of the same days is given back as it stands.

    `corrects` names an issued bulletin of the series that this one puts right, with the reason.
    """
    roles.require(by, "bulletin.write")
    own(series, by)
    series = BulletinSeries.objects.select_for_update(of=("self",)).select_related("office").get(pk=series.pk)
    _check_days(first_day, last_day, at)
    reason = sentences.tidy(reason)
    if corrects is not None:
        if corrects.series_id != series.pk or corrects.state != BulletinState.ISSUED:
            raise Refused(_("Only an issued bulletin of the same series can be corrected."))
        if not reason:
            raise Refused(_("Say what is corrected."))
    found = Bulletin.objects.filter(
        series=series, state=BulletinState.DRAFT, first_day=first_day, last_day=last_day
    ).first()
    if found is not None:
        if corrects is not None and found.corrects_id != corrects.pk:
            raise Refused(_("A draft of these days is already there. Issue or discard it first."))
        return found
    with translation.override("zh-hans"):
        content = contents.compose(series, first_day, last_day, by=by, at=at)
    made = Bulletin.objects.create(
        series=series,
        area_code=series.area_code,
        first_day=first_day,
        last_day=last_day,
        as_of=at,
        content=content,
        drafted_at=at,
        drafted_by_name=by.name,
        corrects=corrects,
        correction=reason[:300] if corrects else "",
    )
    record("bulletin.draft", by=by, on=made, at=at, detail={"figures": len(content["figures"])})
    return made


def _check_days(first: date, last: date, at: datetime) -> None:
    if first > last:
        raise Refused(_("The first day lies after the last."))
    if last > timezone.localdate(at):
        raise Refused(_("The last day lies in the future; nothing was reported for it yet."))
    if (last - first).days >= LONGEST:
        raise Refused(_("One issue covers at most %(n)s days.") % {"n": LONGEST})


@transaction.atomic
def edit(
    *,
    bulletin: Bulletin,
    version: int,
    by: Actor,
    at: datetime,
    title: str | None = None,
    lines: Mapping[str, str] | None = None,
    remove: Sequence[str] = (),
    add: Mapping[str, str] | None = None,
) -> Bulletin:
    """Save what a person wrote into a draft: lines and headings by block id, removals, lines to add after one.

    Figures inside lines stay live; one that was overwritten, and every number written in, is marked with who
    and when. `version` is the one the person read: two editors cannot overwrite each other.
    """
    roles.require(by, "bulletin.write")
    held = _lock(bulletin, version, by)
    held.content = editing.apply(
        held.content, title=title, lines=lines or {}, remove=remove, add=add or {}, by=by.name, at=at
    )
    _save(held, by, at)
    hands = len(editing.hands(held.content))
    record("bulletin.edit", by=by, on=held, at=at, detail={"version": held.version, "by_hand": hands})
    return held


@transaction.atomic
def refresh(*, bulletin: Bulletin, version: int, by: Actor, at: datetime) -> Bulletin:
    """Reckon the figures of a draft again; `content["changes"]` then tells what changed."""
    roles.require(by, "bulletin.write")
    held = _lock(bulletin, version, by)
    with translation.override("zh-hans"):
        fresh, changes = contents.refresh(
            held.content, held.series, held.first_day, held.last_day, by=by, at=at
        )
    held.content = fresh | {"changes": {"at": at.isoformat(), "rows": changes}}
    held.as_of = at
    _save(held, by, at)
    record("bulletin.refresh", by=by, on=held, at=at, detail={"changed": len(changes)})
    return held


@transaction.atomic
def discard(*, bulletin: Bulletin, version: int, by: Actor, at: datetime) -> None:
    """Throw a draft away. What was issued stays for ever."""
    roles.require(by, "bulletin.write")
    held = _lock(bulletin, version, by)
    record("bulletin.discard", by=by, on=held, at=at, detail={"days": f"{held.first_day}–{held.last_day}"})
    held.delete()


@transaction.atomic
def issue(*, bulletin: Bulletin, version: int, by: Actor, at: datetime) -> Bulletin:
    """Give the draft the next number of its series and year, print it once, freeze it. Leaders only.

    The series' row is locked and the number taken from what was issued, in one transaction: no number twice,
    none left out, none burnt when something fails. Issuing twice is issuing once. Missing reports do not
    stand in the way; the pages say how complete the figures are.
    """
    roles.require(by, "bulletin.issue")
    own(bulletin.series, by)
    series = BulletinSeries.objects.select_for_update(of=("self",)).get(pk=bulletin.series_id)
    issued = Bulletin.objects.select_related("series__office", "corrects").filter(
        pk=bulletin.pk, state=BulletinState.ISSUED
    )
    if (known := issued.first()) is not None:
        return known
    held = _lock(bulletin, version, by)
    held.year = timezone.localdate(at).year
    last = Bulletin.objects.filter(series=series, year=held.year).aggregate(last=Max("number"))["last"]
    held.number = (last or 0) + 1
    held.state, held.issued_at, held.issued_by_name = BulletinState.ISSUED, at, by.name
    held.content.pop("changes", None)
    pages = layout.printed(held)
    for format, data in (("docx", word.docx(pages)), ("pdf", paper.pdf(pages))):
        stored = store_file(
            data=data, name=queries.file_name(held, format), media_type=queries.FORMATS[format],
            area_code=held.area_code, by=by, at=at,
        )  # fmt: skip
        setattr(held, format, stored)
    held.version += 1
    held.save()
    record(
        "bulletin.issue",
        by=by,
        on=held,
        at=at,
        detail={"number": f"{held.year}-{held.number}", "pdf": held.pdf.sha256 if held.pdf else ""},
    )
    return held


def _lock(bulletin: Bulletin, version: int, by: Actor) -> Bulletin:
    """The draft's row, locked, when it is still the one the person read."""
    own(bulletin.series, by)
    held = (
        Bulletin.objects.select_for_update(of=("self",))
        .select_related("series__office", "corrects")
        .filter(pk=bulletin.pk)
        .first()
    )
    if held is None:
        raise Refused(_("This draft was discarded in the meantime."))
    if held.state != BulletinState.DRAFT:
        raise Refused(
            _("This bulletin is issued and never changes. Correct it by a new issue that names this one.")
        )
    if held.version != version:
        who = held.content.get("touched", {}).get("by", held.drafted_by_name)
        raise Refused(
            _("%(name)s changed this draft in the meantime. Open it again and repeat your change.")
            % {"name": who}
        )
    return held


def _save(held: Bulletin, by: Actor, at: datetime) -> None:
    held.version += 1
    held.content["touched"] = {"by": by.name, "at": at.isoformat()}
    held.save(update_fields=["content", "version", "as_of"])


def own(series: BulletinSeries, by: Actor) -> None:
    """Raise `NotAllowed` for a series of another office. Asked before a lock: its row cannot be locked."""
    if not queries.keeps(by, series):
        raise NotAllowed(
            _("This series belongs to %(office)s; only that office writes and issues it.")
            % {"office": series.office.name}
        )
