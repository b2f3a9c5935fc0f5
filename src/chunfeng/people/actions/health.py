"""Daily health records: added, put right by a further one, never changed (E1, D17)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from chunfeng.core.actions import record
from chunfeng.core.actor import Actor
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.core.models import Event
from chunfeng.offices import roles
from chunfeng.people.actions.common import bounded, in_sight, required
from chunfeng.people.actions.follow_ups import open_follow_up
from chunfeng.people.choices import FollowUpReason, IsolationState, Symptom
from chunfeng.people.models import HealthRecord, Isolation, Person
from chunfeng.people.queries import placing, register

COLDEST, HOTTEST = Decimal("34.0"), Decimal("43.0")
_WIDE = str.maketrans("０１２３４５６７８９．，,", "0123456789...")


def locked(isolation: Isolation, by: Actor) -> Isolation:
    """The isolation as it stands now, locked, in the actor's area."""
    row = (
        Isolation.objects.select_for_update(of=("self",))
        .select_related("rule", "office")
        .filter(pk=isolation.pk)
        .first()
    )
    if row is None or not by.sees(row.area_code):
        raise NotAllowed(_("This isolation is not in the area of your posting."))
    return row


def temperature_of(text: str | Decimal | None) -> Decimal | None:
    """A temperature in degrees Celsius as people type it (36.5, ３６．５, 36,5℃); None for empty."""
    plain = re.sub(r"[\s℃°Cc度]", "", str(text if text is not None else "").translate(_WIDE))
    if not plain:
        return None
    try:
        read = Decimal(plain)
    except InvalidOperation:
        read = Decimal(0)
    if not read.is_finite() or not COLDEST <= read <= HOTTEST:
        raise Refused(
            _("“%(text)s” is not a body temperature: a number from %(low)s to %(high)s, for example 36.5.")
            % {"text": str(text).strip()[:20], "low": COLDEST, "high": HOTTEST}
        )
    return read.quantize(Decimal("0.1"))


def symptoms_of(codes: Sequence[str], other: str = "") -> list[str]:
    """Symptoms by their codes, each once, in one order; `other` in words adds its code. Refused for unknown ones."""
    stray = next((code for code in codes if code not in Symptom.values), None)
    if stray is not None:
        raise Refused(_("“%(value)s” is not a symptom of the list.") % {"value": stray[:20]})
    wanted = {*codes, *([Symptom.OTHER] if other.strip() else [])}
    return [str(code) for code in Symptom.values if code in wanted]


@transaction.atomic
def record_health(
    *,
    isolation: Isolation,
    on: date,
    temperature: str | Decimal | None = None,
    symptoms: Sequence[str] | None = None,
    other: str = "",
    corrects: HealthRecord | None = None,
    key: str,
    by: Actor,
    at: datetime,
) -> tuple[HealthRecord, bool]:
    """Write down one look at somebody's health; True where it is new.

    `symptoms` () says there are none, None that nobody asked; one of temperature and symptoms must be known.
    The day is clear without symptoms and not above the temperature the rule calls fever. A day that is not
    clear opens a follow-up. `corrects` names the record of the same day that was wrong. The same `key` with
    the same content gives the record there is and False. Raises `Refused`, `NotAllowed`.
    """
    roles.require(by, "isolation.work")
    key = required(key, "key", 80)
    degrees, words = temperature_of(temperature), bounded(other, _("symptoms"), 200)
    listed = symptoms_of(symptoms or (), words)
    if degrees is None and symptoms is None and not words:
        raise Refused(_("Give the temperature, or say whether there are symptoms."))
    row = locked(isolation, by)
    if degrees is not None and Symptom.FEVER not in listed and _is_fever(degrees, row, on):
        listed = [str(Symptom.FEVER), *listed]
    stated = {
        "on": on,
        "temperature": str(degrees) if degrees is not None else None,
        "symptoms": _sealed(listed, words),
        "clear": not listed,
        "corrects_id": corrects.pk if corrects else None,
    }
    if (known := HealthRecord.objects.filter(key=key).first()) is not None:
        return _same(known, row, stated), False
    _check_day(row, on, at)
    if corrects is not None:
        _check_corrected(row, corrects, on)
    try:
        with transaction.atomic():
            made = HealthRecord.objects.create(
                isolation=row, person_id=row.person_id, key=key, office_id=by.office_id, by_name=by.name, at=at,
                **stated,
            )  # fmt: skip
    except IntegrityError as error:
        known = HealthRecord.objects.filter(key=key).first() if "key" in str(error) else None
        if known is None:
            raise Refused(_("This key belongs to a record out of your sight. Take a new one.")) from None
        return _same(known, row, stated), False
    detail = {"record": made.pk, "day": str(on), "again": bool(corrects)}
    record("health.record", by=by, on=row, at=at, detail=detail)
    if listed:
        _follow(row, by, at)
    return made, True


@transaction.atomic
def show_health(*, isolation: Isolation, reason: str, by: Actor, at: datetime) -> list[HealthRecord]:
    """The records of an isolation in the open, for a reason that stands in the trail; the oldest first."""
    roles.require(by, "person.unmask")
    why = required(reason, _("reason"), 500)
    if not by.sees(isolation.area_code):
        raise NotAllowed(_("This isolation is not in the area of your posting."))
    record("health.read", kind=Event.Kind.READ, by=by, on=isolation, at=at, reason=why)
    rows = HealthRecord.objects.filter(isolation=isolation).select_related("office")
    return list(rows.order_by("on", "pk"))


def said(row: HealthRecord) -> tuple[list[str], str]:
    """The symptoms of a record: their codes, and what was said in words."""
    if not row.symptoms:
        return [], ""
    read = json.loads(row.symptoms)
    return list(read["codes"]), str(read.get("other", ""))


def _is_fever(degrees: Decimal, row: Isolation, on: date) -> bool:
    limit = row.rule.fever_above
    if limit is None:
        found = placing.fever_above(row.area_code, on)
        limit = found[0] if found else None
    return limit is not None and degrees > limit


def _check_day(row: Isolation, on: date, at: datetime) -> None:
    today = timezone.localdate(at)
    if on > today:
        raise Refused(_("The day %(day)s lies in the future.") % {"day": on})
    if on < row.starts_on:
        raise Refused(
            _("The isolation began on %(day)s: earlier days do not count.") % {"day": row.starts_on}
        )
    if row.state != IsolationState.OPEN and row.ended_at and on > timezone.localdate(row.ended_at):
        raise Refused(
            _("The isolation ended on %(day)s. Write later complaints down as a follow-up.")
            % {"day": timezone.localdate(row.ended_at)}
        )


def _check_corrected(row: Isolation, corrects: HealthRecord, on: date) -> None:
    wrong = HealthRecord.objects.filter(pk=corrects.pk, isolation=row).first()
    if wrong is None or wrong.on != on:
        raise Refused(_("A correction names a record of the same person and the same day."))
    if wrong.corrected_by.exists():
        raise Refused(_("This record was corrected already. Correct the newest one."))


def _same(known: HealthRecord, row: Isolation, stated: Mapping[str, object]) -> HealthRecord:
    if known.isolation_id != row.pk or any(getattr(known, name) != value for name, value in stated.items()):
        raise Refused(
            _("Another health record was sent under the same key. It stands; enter this one as a correction.")
        )
    return known


def _sealed(listed: Sequence[str], words: str) -> str | None:
    if not listed:
        return None
    return json.dumps({"codes": list(listed)} | ({"other": words} if words else {}), ensure_ascii=False)


def _follow(row: Isolation, by: Actor, at: datetime) -> None:
    """Symptoms are followed up until the outcome is known; where the person is out of sight, others do it."""
    found = Person.objects.filter(pk=row.person_id).first()
    person = register.survivor(found) if found else None
    if person is not None and person.merged_into_id is None and in_sight(by, person):
        with suppress(Refused), transaction.atomic():  # the record stands though another area follows them up
            open_follow_up(person=person, reason=FollowUpReason.SYMPTOMS, source=row.source, by=by, at=at)
