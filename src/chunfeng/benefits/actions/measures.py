"""Measures from their file to the day they are in force: checked, approved in advance, put in force, withdrawn."""

from __future__ import annotations

import hashlib
from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from chunfeng.benefits import engine, files, force
from chunfeng.benefits.actions.common import bounded, required
from chunfeng.benefits.choices import MeasureState
from chunfeng.benefits.models import Measure, MeasureVersion
from chunfeng.core.actions import record
from chunfeng.core.actor import Actor
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.notices.models import Clause
from chunfeng.offices import roles
from chunfeng.offices.models import Office

MOST = 256 * 1024
"""Bytes of a measure's file."""
FROZEN = (MeasureState.SHELF, MeasureState.IN_FORCE, MeasureState.WITHDRAWN)


@transaction.atomic
def draft(*, text: str, clause: Clause | None = None, by: Actor, at: datetime) -> MeasureVersion:
    """Take the file of a measure (or of a local text that refines one) as a draft of the actor's office.

    The same text again returns the draft there is; another text under the same version replaces an unfrozen draft.
    Raises `files.Unreadable` with every finding, Refused for a version that is frozen, NotAllowed for a measure of
    another office.
    """
    roles.require(by, "measure.draft")
    if by.office_id is None:
        raise NotAllowed(_("Only people posted to an office can enter a measure."))
    if len(text.encode()) > MOST:
        raise Refused(_("A measure's file has at most %(n)s KB.") % {"n": MOST // 1024})
    text = text.lstrip("\ufeff").replace("\r\n", "\n")
    found = files.read(text, _base(text))
    measure = _measure(found.contents, by)
    values = {
        "text": text,
        "sha256": hashlib.sha256(text.encode()).hexdigest(),
        "refines": found.contents.refines,
        "family": found.contents.family,
        "confidence": found.contents.confidence,
        "cases": sum(run.passed for run in found.runs),
        "findings": findings(found),
        "clause": clause,
    }
    known = (
        MeasureVersion.objects.select_for_update(of=("self",))
        .filter(measure=measure, number=found.contents.number)
        .first()
    )
    if known is not None and known.sha256 == values["sha256"]:
        return known
    if known is not None and known.state in FROZEN:
        raise Refused(
            _("Version %(number)s of this measure is frozen. Give the changed text a new version number.")
            % {"number": known.number}
        )
    made, _new = MeasureVersion.objects.update_or_create(
        measure=measure,
        number=found.contents.number,
        defaults=values | {"made_at": at, "by_name": by.name},
    )
    record(
        "measure.draft", by=by, on=made, at=at, area_code=measure.area_code, detail={"sha256": made.sha256}
    )
    return made


@transaction.atomic
def take_shipped(*, code: str, by: Actor, at: datetime) -> MeasureVersion:
    """Take a measure that comes with the programme as a draft of the actor's office."""
    text = files.shipped().get(code)
    if text is None:
        raise Refused(_("No measure “%(code)s” comes with the programme.") % {"code": code})
    return draft(text=text, by=by, at=at)


@transaction.atomic
def put_in_force(
    *, version: MeasureVersion, valid_from: date, valid_to: date | None = None, by: Actor, at: datetime
) -> MeasureVersion:
    """Put a version in force for decisions of the days from `valid_from` to before `valid_to` (None: open).

    Its text is frozen from now on. Refused while a case fails or a finding is an error, and for days on which the text
    itself is not in force. The same again does nothing.
    """
    roles.require(by, "measure.put")
    row = _locked(version, by)
    if row.state == MeasureState.IN_FORCE and (row.valid_from, row.valid_to) == (valid_from, valid_to):
        return row
    if row.state not in (MeasureState.DRAFT, MeasureState.SHELF):
        raise Refused(_("This version was put in force or withdrawn before. Enter a new version."))
    found = _usable(row)
    first, last = found.contents.first, found.contents.last
    if (first and valid_from < first) or (last and valid_from > last):
        raise Refused(
            _("The text is in force from %(first)s to %(last)s only: choose a first day within.")
            % {"first": first or "…", "last": last or "…"}
        )
    if valid_to is not None and valid_to <= valid_from:
        raise Refused(_("The last day must not lie before the first day."))
    row.state, row.valid_from, row.valid_to = MeasureState.IN_FORCE, valid_from, valid_to
    row.put_at, row.put_by_name = at, by.name
    row.save(update_fields=["state", "valid_from", "valid_to", "put_at", "put_by_name"])
    _retitle(row.measure, found.contents)
    record(
        "measure.put",
        by=by,
        on=row,
        at=at,
        area_code=row.measure.area_code,
        detail={"number": row.number, "from": valid_from.isoformat()},
    )
    return row


@transaction.atomic
def shelve(*, version: MeasureVersion, by: Actor, at: datetime) -> MeasureVersion:
    """Approve a draft in advance: it waits on the shelf with its trigger and estimate, its text frozen (B12)."""
    roles.require(by, "measure.put")
    row = _locked(version, by)
    if row.state == MeasureState.SHELF:
        return row
    if row.state != MeasureState.DRAFT:
        raise Refused(_("Only a draft goes on the shelf."))
    found = _usable(row)
    if not found.contents.trigger or not found.contents.estimate:
        raise Refused(_("A measure on the shelf names its trigger and its estimate. Add both to the file."))
    row.state = MeasureState.SHELF
    row.save(update_fields=["state"])
    record("measure.shelve", by=by, on=row, at=at, area_code=row.measure.area_code)
    return row


@transaction.atomic
def withdraw(
    *, version: MeasureVersion, last_day: date, reason: str, by: Actor, at: datetime
) -> MeasureVersion:
    """End a version: decisions of days after `last_day` no longer use it. Decisions made stay as they are."""
    roles.require(by, "measure.put")
    why = required(reason, _("reason"), 300)
    row = _locked(version, by)
    if row.state in (MeasureState.DRAFT, MeasureState.SHELF):
        row.state = MeasureState.WITHDRAWN
    elif row.state == MeasureState.IN_FORCE and row.valid_from is not None and last_day >= row.valid_from:
        row.valid_to = last_day + timedelta(days=1)
    elif row.state == MeasureState.IN_FORCE:
        row.state = MeasureState.WITHDRAWN
    else:
        return row
    row.save(update_fields=["state", "valid_to"])
    record("measure.withdraw", by=by, on=row, at=at, area_code=row.measure.area_code, reason=why)
    return row


@transaction.atomic
def set_details(
    *,
    measure: Measure,
    where: str,
    phone: str,
    complaints: str,
    second_above: int | None,
    publish_days: int,
    by: Actor,
    at: datetime,
) -> Measure:
    """What the public reads beside a measure; above which amount (fen) a second officer looks; days of publicity."""
    roles.require(by, "measure.draft")
    row = Measure.objects.select_for_update(of=("self",)).filter(pk=measure.pk).first()
    if row is None or not by.sees(row.area_code):
        raise NotAllowed(_("This measure belongs to an office of another area."))
    if (second_above is not None and second_above < 0) or not 0 <= publish_days <= 365:
        raise Refused(_("An amount is not negative, and publicity lasts at most 365 days."))
    values: dict[str, Any] = {
        "where": bounded(where, _("where to apply"), 200),
        "phone": bounded(phone, _("telephone"), 40),
        "complaints": bounded(complaints, _("complaint telephone"), 40),
        "second_above": second_above,
        "publish_days": publish_days,
    }
    changed = [field for field, value in values.items() if getattr(row, field) != value]
    for field in changed:
        setattr(row, field, values[field])
    if changed:
        row.save(update_fields=changed)
        record("measure.details", by=by, on=row, at=at, detail={"fields": changed})
    return row


@transaction.atomic
def set_use(*, measure: Measure, rules: str, days: int, by: Actor, at: datetime) -> Measure:
    """By which measure (its code; "" none) those who were paid account for the money, and within how many days (L3)."""
    roles.require(by, "measure.draft")
    row = Measure.objects.select_for_update(of=("self",)).filter(pk=measure.pk).first()
    if row is None or not by.sees(row.area_code):
        raise NotAllowed(_("This measure belongs to an office of another area."))
    if not 0 <= days <= 3650:
        raise Refused(_("Choose at most 3650 days to account for the money."))
    on = timezone.localdate(at)
    if rules and rules != row.use_rules:
        version = force.version_for(rules, on, row.area_code)
        if version is None or engine.spending(version, (), on, row.area_code) is None:
            raise Refused(
                _("“%(code)s” is not in force, or does not judge what money is used for.")
                % {"code": rules[:80]}
            )
    if (row.use_rules, row.use_days) != (rules, days):
        row.use_rules, row.use_days = rules, days
        row.save(update_fields=["use_rules", "use_days"])
        record("measure.details", by=by, on=row, at=at, detail={"use_rules": rules, "use_days": days})
    return row


def findings(found: files.Read) -> list[dict[str, Any]]:
    """The findings and failing cases of a file as they are kept."""
    kept = [{"line": f.line, "column": f.column, "says": f.says, "error": f.error} for f in found.findings]
    return kept


def _base(text: str) -> str:
    """The text that a local one refines, as it stands in force or was drafted last; "" for a whole measure."""
    code = files.refines(text)
    if not code:
        return ""
    rows = MeasureVersion.objects.filter(measure__code=code, refines="")
    row = rows.order_by("-valid_from", "-put_at", "-pk").first()
    return row.text if row is not None else ""


def _measure(contents: files.Contents, by: Actor) -> Measure:
    office = Office.objects.get(pk=by.office_id or 0)
    values = {
        "office": office,
        "area_code": office.area_code,
        "title": contents.title[:200],
        "title_en": contents.title_en[:200],
        "subject": contents.subject,
        "fund": contents.fund[:120],
    }
    try:
        with transaction.atomic():
            measure, _new = Measure.objects.get_or_create(code=contents.code, defaults=values)
    except IntegrityError:
        raise Refused(
            _("Another office, out of your sight, answers for “%(code)s”. Give yours a code of its own.")
            % {"code": contents.code}
        ) from None
    if not by.sees(measure.area_code):
        raise NotAllowed(
            _("%(office)s answers for “%(code)s”. Write a local text that refines it instead.")
            % {"office": measure.office.name, "code": contents.code}
        )
    return measure


def _retitle(measure: Measure, contents: files.Contents) -> None:
    measure.title, measure.title_en = contents.title[:200], contents.title_en[:200]
    measure.fund = contents.fund[:120]
    measure.save(update_fields=["title", "title_en", "fund"])


def _usable(row: MeasureVersion) -> files.Read:
    found = files.read(row.text, _base(row.text))
    if not found.usable:
        raise Refused(
            _("A case fails or something in the file is wrong: mend it first, then put it in force.")
        )
    return found


def _locked(version: MeasureVersion, by: Actor) -> MeasureVersion:
    row = MeasureVersion.objects.select_for_update(of=("self",)).filter(pk=version.pk).first()
    if row is None:
        raise Refused(_("This version is not there any more, or out of your sight."))
    if not by.sees(row.measure.area_code):
        raise NotAllowed(_("This measure belongs to an office of another area."))
    return row
