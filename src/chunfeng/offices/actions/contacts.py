"""How to reach an office. Numbers are sealed; showing them needs a reason and leaves an event."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from chunfeng.core.actions import record
from chunfeng.core.actor import Actor
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.core.models import Event
from chunfeng.offices import reach, roles
from chunfeng.offices.actions.common import bounded, in_reach, required
from chunfeng.offices.models import Office, OfficeContact, Responsibility


@transaction.atomic
def set_contact(
    *,
    office: Office,
    name: str,
    duty: str = "",
    phone: str = "",
    mobile: str = "",
    email: str = "",
    contact: OfficeContact | None = None,
    by: Actor,
    at: datetime,
) -> OfficeContact:
    """Add a contact, or put `contact` right. One way to reach it at least; the same again does nothing."""
    roles.require(by, "contact.change")
    in_reach(by, office)
    values = {
        "name": required(name, _("name"), 60),
        "duty": bounded(duty, _("post"), 60),
        "phone": reach.phone(phone),
        "mobile": reach.mobile(mobile),
        "email": reach.email(email),
    }
    if not (values["phone"] or values["mobile"] or values["email"]):
        raise Refused(
            _("%(name)s cannot be reached: give a telephone, a mobile or an e-mail.")
            % {"name": values["name"]}
        )
    if contact is None:
        contact = next((c for c in office.contacts.all() if c.name == values["name"]), None)
    if contact is None:
        contact = OfficeContact(office=office, area_code=office.area_code)
    elif contact.office_id != office.pk:
        raise Refused(_("This contact belongs to another office."))
    changed = sorted(key for key, value in values.items() if getattr(contact, key) != value)
    if changed:
        for key in changed:
            setattr(contact, key, values[key])
        contact.save()
        record("contact.set", by=by, on=contact, at=at, detail={"office": office.code, "fields": changed})
    return contact


@transaction.atomic
def remove_contact(*, contact: OfficeContact, by: Actor, at: datetime) -> None:
    """Take a person off the contacts of an office. The sealed numbers are gone for good."""
    roles.require(by, "contact.change")
    in_reach(by, contact.office)
    record("contact.remove", by=by, on=contact, at=at, detail={"office": contact.office.code})
    contact.delete()


@transaction.atomic
def reveal_contacts(*, office: Office, reason: str, by: Actor, at: datetime) -> list[OfficeContact]:
    """The contacts with their numbers in the open, for a reason that stands in the audit trail.

    Empty where the office lies outside what the actor may see.
    """
    roles.require(by, "contact.read")
    why = required(reason, _("reason"), 500)
    contacts = list(office.contacts.order_by("id"))
    if contacts:
        record(
            "contact.read",
            kind=Event.Kind.READ,
            by=by,
            on=office,
            at=at,
            reason=why,
            detail={"n": len(contacts)},
        )
    return contacts


@transaction.atomic
def reveal_responsible(*, responsibility: Responsibility, reason: str, by: Actor, at: datetime) -> str:
    """The telephone number of a responsible person, for a reason that stands in the audit trail."""
    roles.require(by, "contact.read")
    why = required(reason, _("reason"), 500)
    if not responsibility.phone:
        raise NotAllowed(_("No telephone number is kept for %(name)s.") % {"name": responsibility.person})
    record("responsibility.read", kind=Event.Kind.READ, by=by, on=responsibility, at=at, reason=why)
    return str(responsibility.phone)
