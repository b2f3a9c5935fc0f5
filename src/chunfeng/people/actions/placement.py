"""Placement rules and affected areas: taken into use, put right, ended by officers (D12, E3)."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from chunfeng.core.actions import record
from chunfeng.core.actor import Actor
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.notices.models import Clause, Emergency
from chunfeng.offices import roles
from chunfeng.offices.actions.common import period
from chunfeng.offices.models import Office
from chunfeng.people.actions import cleaning
from chunfeng.people.actions.common import bounded, cited, required
from chunfeng.people.choices import ISOLATING, Exposure, Placement
from chunfeng.people.models import AffectedArea, PlacementRule
from chunfeng.people.placement import library

MOST_DAYS = 90
FIELDS = (
    "name", "exposure", "symptoms", "placement", "days", "fever_above", "source", "clause", "valid_from", "valid_to",
)  # fmt: skip


@transaction.atomic
def take_from_library(
    *, code: str, emergency: Emergency, valid_from: date, by: Actor, at: datetime, **changed: Any
) -> PlacementRule:
    """Take a shipped rule into use for the actor's own area, from a day on, with what the officer changed in it.

    What the library holds unchecked keeps its mark in the source until somebody has compared the text.
    """
    shipped = library.rule(code)
    if shipped is None:
        raise Refused(_("The library has no rule “%(code)s”.") % {"code": code})
    values = shipped.values() | {"valid_from": valid_from, "valid_to": None} | changed
    return make_rule(emergency=emergency, by=by, at=at, **values)


@transaction.atomic
def make_rule(
    *,
    emergency: Emergency,
    name: str,
    exposure: str,
    symptoms: bool | None,
    placement: str,
    days: int,
    source: str,
    valid_from: date,
    valid_to: date | None = None,
    fever_above: Decimal | str | None = None,
    clause: Clause | None = None,
    by: Actor,
    at: datetime,
) -> PlacementRule:
    """Put a rule into use for the actor's own area. The same again gives the one there is.

    An empty `source` becomes the words of `clause`.
    Refused: an isolation without days or clause, and one of people with neither symptoms nor exposure.
    """
    roles.require(by, "placement.change")
    office = _own(by)
    values = _checked(
        name=name, exposure=exposure, symptoms=symptoms, placement=placement, days=days, source=source,
        valid_from=valid_from, valid_to=valid_to, fever_above=fever_above, clause=clause,
    )  # fmt: skip
    made = PlacementRule(emergency=emergency, office=office, area_code=office.area_code, **values)
    try:
        with transaction.atomic():
            made.save()
    except IntegrityError:
        known = PlacementRule.objects.filter(
            office=office, name=values["name"], valid_from=valid_from
        ).first()
        if known is None or any(getattr(known, field) != values[field] for field in FIELDS):
            raise Refused(
                _("A rule “%(name)s” from %(day)s is there already. Change that one, or take another name.")
                % {"name": values["name"], "day": valid_from}
            ) from None
        return known
    record("placement.rule", by=by, on=made, at=at, detail=_told(made))
    return made


@transaction.atomic
def change_rule(*, rule: PlacementRule, by: Actor, at: datetime, **changed: Any) -> PlacementRule:
    """Put a rule right. What has placed people stays as it was: it ends where its successor begins.

    `changed`: any of `FIELDS`. Before anybody was placed by it the rule itself is changed; after that the
    returned rule is a new one, from `valid_from` (which must lie after the old one's first day).
    """
    roles.require(by, "placement.change")
    row = _held(rule, by)
    before = {field: getattr(row, field) for field in FIELDS}
    values = _checked(**(before | changed))
    if all(before[field] == values[field] for field in FIELDS):
        return row
    used = row.isolations.exists()
    if not used:
        for field in FIELDS:
            setattr(row, field, values[field])
        _save(row)
        record("placement.change", by=by, on=row, at=at, detail=_told(row))
        return row
    since = values["valid_from"]
    if since <= row.valid_from:
        raise Refused(
            _("People were placed by this rule since %(day)s. Give a later first day for the new wording.")
            % {"day": row.valid_from}
        )
    row.valid_to = since if row.valid_to is None else min(row.valid_to, since)
    row.save(update_fields=["valid_to"])
    made = PlacementRule(emergency=row.emergency, office=row.office, area_code=row.area_code, **values)
    _save(made)
    record("placement.change", by=by, on=made, at=at, detail={"instead_of": row.pk, **_told(made)})
    return made


@transaction.atomic
def end_rule(*, rule: PlacementRule, on: date, by: Actor, at: datetime) -> PlacementRule:
    """The rule places nobody from this day on. Isolations under way keep their clause and their last day."""
    roles.require(by, "placement.change")
    row = _held(rule, by)
    if row.valid_to == on:
        return row
    period(row.valid_from, on)
    row.valid_to = on
    row.save(update_fields=["valid_to"])
    record("placement.end", by=by, on=row, at=at, detail={"day": str(on)})
    return row


@transaction.atomic
def declare_affected(
    *,
    emergency: Emergency,
    place: str,
    source: str,
    valid_from: date,
    valid_to: date | None = None,
    risk: str = "",
    by: Actor,
    at: datetime,
) -> AffectedArea:
    """Declare that an area counts as affected in the eyes of the actor's own area. The same again: the one there."""
    roles.require(by, "placement.change")
    office = _own(by)
    cleaning.check_area(place.strip(), _("affected area"))
    period(valid_from, valid_to)
    values = {
        "risk": bounded(risk, _("degree"), 40),
        "source": required(source, _("clause"), 300),
        "valid_to": valid_to,
        "emergency": emergency,
    }
    made = AffectedArea(
        office=office, area_code=office.area_code, place=place.strip(), valid_from=valid_from, **values
    )
    try:
        with transaction.atomic():
            made.save()
    except IntegrityError:
        known = AffectedArea.objects.get(office=office, place=place.strip(), valid_from=valid_from)
        if any(getattr(known, field) != value for field, value in values.items()):
            raise Refused(
                _("This area is declared from that day already, in other words. End that entry first.")
            ) from None
        return known
    record("affected.declare", by=by, on=made, at=at, detail={"place": made.place, "from": str(valid_from)})
    return made


@transaction.atomic
def end_affected(*, area: AffectedArea, on: date, by: Actor, at: datetime) -> AffectedArea:
    """The area no longer counts as affected from this day on."""
    roles.require(by, "placement.change")
    row = AffectedArea.objects.select_for_update(of=("self",)).filter(pk=area.pk).first()
    if row is None or not by.sees(row.area_code):
        raise NotAllowed(_("This was declared by another office. Only it, or one above it, ends it."))
    if row.valid_to == on:
        return row
    period(row.valid_from, on)
    row.valid_to = on
    row.save(update_fields=["valid_to"])
    record("affected.end", by=by, on=row, at=at, detail={"place": row.place, "day": str(on)})
    return row


def _checked(**values: Any) -> dict[str, Any]:
    values["name"] = required(values["name"], _("name"), 120)
    words = bounded(values["source"], _("clause"), 300)
    if not words and values["clause"] is not None:
        words = cited(values["clause"])
    values["source"] = required(words, _("clause"), 300)
    if values["exposure"] not in Exposure.values or values["placement"] not in Placement.values:
        raise Refused(_("Choose an exposure and a placement from the lists."))
    period(values["valid_from"], values["valid_to"])
    isolating = values["placement"] in ISOLATING
    if values["placement"] == Placement.ENTER:
        values["days"] = 0
    elif not 1 <= values["days"] <= MOST_DAYS:
        raise Refused(_("Give the number of full days, from 1 to %(most)s.") % {"most": MOST_DAYS})
    if isolating and values["exposure"] == Exposure.NONE and values["symptoms"] is not True:
        raise Refused(
            _(
                "People without symptoms and without exposure are not isolated: that has no legal ground. "
                "Choose “with symptoms”, an exposure, or let them enter."
            )
        )
    values["fever_above"] = _degrees(values["fever_above"])
    return values


def _degrees(given: Decimal | str | None) -> Decimal | None:
    if given is None or given == "":
        return None
    try:
        read = Decimal(str(given))
    except InvalidOperation:
        read = Decimal(0)
    if not Decimal(36) <= read <= Decimal(40):
        raise Refused(_("The temperature above which one speaks of fever lies between 36 and 40 °C."))
    return read.quantize(Decimal("0.1"))


def _own(by: Actor) -> Office:
    office = Office.objects.filter(pk=by.office_id or 0).first()
    if office is None:
        raise NotAllowed(_("Only people posted to an office can do this."))
    return office


def _held(rule: PlacementRule, by: Actor) -> PlacementRule:
    row = PlacementRule.objects.select_for_update(of=("self",)).filter(pk=rule.pk).first()
    if row is None or not by.sees(row.area_code):
        raise NotAllowed(_("This rule belongs to another office. Only it, or one above it, changes it."))
    return row


def _save(row: PlacementRule) -> None:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise Refused(
            _("A rule “%(name)s” from %(day)s is there already. Change that one, or take another name.")
            % {"name": row.name, "day": row.valid_from}
        ) from None


def _told(row: PlacementRule) -> dict[str, Any]:
    return {"exposure": row.exposure, "symptoms": row.symptoms, "placement": row.placement, "days": row.days}
