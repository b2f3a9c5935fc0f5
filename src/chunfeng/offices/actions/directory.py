"""The directory of offices: add, change, retire."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from chunfeng.areas import codes
from chunfeng.areas import queries as areas
from chunfeng.core.actions import record
from chunfeng.core.actor import Actor
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.offices import roles
from chunfeng.offices.actions.common import bounded, in_reach, required
from chunfeng.offices.actions.moving import check_move, move_rows
from chunfeng.offices.choices import Level, Line
from chunfeng.offices.models import Office
from chunfeng.offices.queries.postings import in_force

TEXTS = {"code": 40, "name": 120, "short_name": 60, "agency_code": 30}
FIELDS = (*TEXTS, "aliases", "level", "line", "area_code", "parent", "is_partner")


@transaction.atomic
def add_office(
    *,
    code: str,
    name: str,
    level: str,
    line: str,
    area_code: str,
    parent: Office | None = None,
    short_name: str = "",
    aliases: list[str] | None = None,
    agency_code: str = "",
    is_partner: bool = False,
    by: Actor,
    at: datetime,
) -> Office:
    """Enter an office in the directory. Adding the same again returns the one that is there."""
    roles.require(by, "office.change")
    office = Office()
    values = clean(
        {
            "code": code,
            "name": name,
            "level": level,
            "line": line,
            "area_code": area_code,
            "parent": parent,
            "short_name": short_name,
            "aliases": aliases or [],
            "agency_code": agency_code,
            "is_partner": is_partner,
        }
    )
    _check_place(values)
    _check_parent(office, values)
    if not by.sees(values["area_code"]):
        raise NotAllowed(_("The area %(code)s lies outside your area.") % {"code": values["area_code"]})
    there = Office.objects.filter(code=values["code"]).first()
    if there is not None:
        if all(getattr(there, key) == value for key, value in values.items()) and there.active:
            return there
        raise Refused(
            _("The code %(code)s belongs to %(name)s. Give another code, or change that office.")
            % {"code": there.code, "name": there.name}
        )
    for key, value in values.items():
        setattr(office, key, value)
    office.save()
    record("office.add", by=by, on=office, at=at, detail={"code": office.code, "line": office.line})
    return office


@transaction.atomic
def change_office(*, office: Office, by: Actor, at: datetime, **changes: Any) -> Office:
    """Change some of FIELDS. Without a difference nothing is written. Returns the office as it now is."""
    roles.require(by, "office.change")
    there = Office.objects.select_for_update(of=("self",)).get(pk=office.pk)
    in_reach(by, there)
    values = clean(changes)
    _check_place(values)
    _check_parent(there, values)
    if "area_code" in values and not by.sees(values["area_code"]):
        raise NotAllowed(_("The area %(code)s lies outside your area.") % {"code": values["area_code"]})
    other = Office.objects.filter(code=values.get("code", there.code)).exclude(pk=there.pk).first()
    if other is not None:
        raise Refused(_("The code %(code)s belongs to %(name)s.") % {"code": other.code, "name": other.name})
    changed = sorted(key for key, value in values.items() if getattr(there, key) != value)
    if changed:
        if "area_code" in changed:
            check_move(there)
        for key in changed:
            setattr(there, key, values[key])
        there.save(update_fields=changed)
        if "area_code" in changed:
            move_rows(there)
        record("office.change", by=by, on=there, at=at, detail={"fields": changed})
    return there


@transaction.atomic
def retire_office(*, office: Office, reason: str, by: Actor, at: datetime) -> Office:
    """Take an office out of service. Refused while offices report to it or people are posted to it."""
    roles.require(by, "office.change")
    there = Office.objects.select_for_update(of=("self",)).get(pk=office.pk)
    in_reach(by, there)
    if not there.active:
        return there
    why = required(reason, _("reason"), 500)
    children = there.children.filter(active=True).count()
    if children:
        raise Refused(
            _("%(n)s offices still report to %(office)s. Let them report to another office first.")
            % {"n": children, "office": there.name}
        )
    posted = there.postings.filter(in_force(timezone.localdate(at))).count()
    if posted:
        raise Refused(
            _("%(n)s people are still posted to %(office)s. End their postings first.")
            % {"n": posted, "office": there.name}
        )
    there.active = False
    there.save(update_fields=["active"])
    record("office.retire", by=by, on=there, at=at, reason=why)
    return there


@transaction.atomic
def return_office(*, office: Office, reason: str, by: Actor, at: datetime) -> Office:
    """Put a retired office back into service."""
    roles.require(by, "office.change")
    there = Office.objects.select_for_update(of=("self",)).get(pk=office.pk)
    in_reach(by, there)
    if not there.active:
        why = required(reason, _("reason"), 500)
        there.active = True
        there.save(update_fields=["active"])
        record("office.return", by=by, on=there, at=at, reason=why)
    return there


def clean(values: dict[str, Any]) -> dict[str, Any]:
    """The values checked one by one. Raises Refused with the field and what to do."""
    unknown = set(values) - set(FIELDS)
    if unknown:
        raise TypeError(f"not fields of an office: {sorted(unknown)}")
    checked = dict(values)
    for field in TEXTS.keys() & checked.keys():
        check = required if field in ("code", "name") else bounded
        checked[field] = check(checked[field], _label(field), TEXTS[field])
    if "aliases" in checked:
        names = [required(text, _label("aliases"), 120) for text in checked["aliases"] if text.strip()]
        checked["aliases"] = list(dict.fromkeys(names))
    for field, choices in (("level", Level), ("line", Line)):
        if field in checked and checked[field] not in choices.values:
            raise Refused(
                _("“%(value)s” is not a value of “%(label)s”. Choose one of: %(choices)s.")
                % {
                    "value": checked[field],
                    "label": _label(field),
                    "choices": "、".join(str(label) for label in choices.labels),
                }
            )
    return checked


def _check_place(values: dict[str, Any]) -> None:
    code = values.get("area_code")
    if code is None:
        return
    try:
        codes.check(code)
    except codes.BadCode as bad:
        raise Refused(_("Check the code: %(why)s") % {"why": bad}) from None
    if not areas.history(code) and areas.history(codes.COUNTRY):  # a site without the tables checks no names
        raise Refused(
            _("No area has the code %(code)s. Look it up under “Areas”, or add the zone there first.")
            % {"code": code}
        )


def _check_parent(office: Office, values: dict[str, Any]) -> None:
    parent = values.get("parent")
    if parent is None:
        return
    if not parent.active:
        raise Refused(_("%(office)s is out of service; nothing can report to it.") % {"office": parent.name})
    step, seen = parent, set()
    while step is not None and step.pk not in seen:
        if office.pk is not None and step.pk == office.pk:
            raise Refused(
                _("%(parent)s itself reports to %(office)s: choose another one above.")
                % {"parent": parent.name, "office": office.name}
            )
        seen.add(step.pk)
        step = step.parent
    area = values.get("area_code", office.area_code)
    if area and not codes.contains(parent.area_code, area):
        raise Refused(
            _("%(parent)s does not stand above the area %(code)s. Choose one of the same area or above.")
            % {"parent": parent.name, "code": area}
        )


def _label(field: str) -> Any:
    return getattr(Office._meta.get_field(field), "verbose_name", field)
