"""The messages of one batch of people: everything looked up once, then written one by one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from chunfeng.areas import codes
from chunfeng.core.actor import Actor
from chunfeng.offices.models import Office
from chunfeng.people import batch, channels
from chunfeng.people.choices import MessageChannel, Recipient, SendState
from chunfeng.people.messaging import placeholders
from chunfeng.people.messaging.choosing import choose, fitting
from chunfeng.people.models import Mailing, MessageTemplate, Person, PersonMessage
from chunfeng.people.queries import messaging

NEW, KNOWN, DECLINED = "new", "known", "declined"
NO_ADDRESS, NO_TEMPLATE, INCOMPLETE = "no_address", "no_template", "incomplete"
"""What becomes of a person asked for."""


@dataclass(slots=True)
class Written:
    """The messages in the outbox by person, new or known, and how many people fared how."""

    messages: dict[int, PersonMessage] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be written to whom."""

    occasion: str
    dedupe: str
    destination: str = ""
    extra: Mapping[str, str] = field(default_factory=dict)
    whose: str = Recipient.SELF
    mailing: Mailing | None = None
    fresh: bool = False
    """Whether nothing can be there under `dedupe`."""


class Letters:
    """One batch."""

    def __init__(self, people: list[Person], order: Order, by: Actor, at: datetime) -> None:
        self.people, self.order, self.by, self.at = people, order, by, at
        self.on = timezone.localdate(at)
        family = messaging.families(people)
        self.templates = messaging.candidates(by, order.occasion, self.on)
        self.declined = messaging.declined(family)
        self.addresses = messaging.addresses(family, order.whose)
        self.destinations = messaging.destinations(family) if self._asks_where() else {}
        self.known = self._known(family)
        self.homes = messaging.short_paths({person.area_code for person in people}, self.on)
        self.places: dict[str, str] = {}
        self.writers: dict[int, dict[str, str]] = {}
        self.office = batch.once(
            ("office", by.office_id), lambda: Office.objects.filter(pk=by.office_id or 0).first()
        )

    def write(self) -> Written:
        """Make the messages; rows that could not be written are kept with the reason, where one can be given."""
        written, touched = Written(), []
        for person in self.people:
            message = self.known.get(person.pk)
            fate = KNOWN
            if message is None or _unwritten(message):
                message, fate = self._letter(person, message)
            written.counts[fate] += 1
            if message is not None and fate in (NEW, KNOWN):
                written.messages[person.pk] = message
            if message is not None and fate != KNOWN:
                touched.append(message)
        again = [row for row in touched if row.pk is not None]
        PersonMessage.objects.bulk_create([row for row in touched if row.pk is None])
        for row in again:
            row.save()
        return written

    def _letter(self, person: Person, there: PersonMessage | None) -> tuple[PersonMessage | None, str]:
        destination = self.order.destination or self.destinations.get(person.pk, "")
        fit = fitting(self._near(person), person.area_code, destination)
        if not fit:
            return None, NO_TEMPLATE
        values = self._values(person, fit[0], destination)
        template = choose(fit, values)
        if template is None:
            return None, INCOMPLETE
        values |= self._signed(template)
        message = there or PersonMessage(person=person, dedupe=_dedupe(person.pk, self.order.dedupe))
        self._head(message, person, template)
        if (person.pk, template.channel) in self.declined:
            message.state, message.error = SendState.DECLINED, ""
            return message, DECLINED
        address = self.addresses.get((person.pk, template.channel))
        if not address:
            message.state, message.error = SendState.FAILED, _("No address for this channel is known.")
            return message, NO_ADDRESS
        message.address, message.text = address, placeholders.fill(template.text, values)
        message.state, message.error, message.next_try_at = SendState.QUEUED, "", self.at
        return message, NEW

    def _head(self, message: PersonMessage, person: Person, template: MessageTemplate) -> None:
        message.template, message.source = template, template.source
        message.occasion, message.whose, message.mailing = (
            self.order.occasion, self.order.whose, self.order.mailing,
        )  # fmt: skip
        served = channels.in_service(template.channel)
        message.channel = template.channel if served else MessageChannel.CONSOLE
        message.address = message.text = ""
        message.office_id, message.by_name, message.made_at = self.by.office_id, self.by.name, self.at
        areas = (person.area_code, person.current_area, person.work_area)
        message.area_code = next((code for code in areas if code and self.by.sees(code)), person.area_code)

    def _near(self, person: Person) -> list[MessageTemplate]:
        """The templates of the writing office and those above it; for the system, of the person's home."""
        if self.by.area_code:
            return self.templates
        chain = {*codes.ancestors(person.area_code), person.area_code}
        return [template for template in self.templates if template.area_code in chain]

    def _signed(self, template: MessageTemplate) -> dict[str, str]:
        """Who writes: the actor's office, the template's own where the system acts."""
        office = self.office or template.office
        if office.pk not in self.writers:
            self.writers[office.pk] = messaging.writer(office, self.on).values()
        return self.writers[office.pk]

    def _values(self, person: Person, template: MessageTemplate, destination: str) -> dict[str, str]:
        if destination and destination not in self.places:
            self.places |= messaging.short_paths({destination}, self.on)
        return {
            **self._signed(template),
            "name": person.name,
            "home": self.homes[person.area_code],
            "day": self.on.isoformat(),
            "destination": self.places.get(destination, ""),
            **self.order.extra,
        }

    def _asks_where(self) -> bool:
        """Whether a template of the occasion looks at the destination, and none was given for all."""
        return not self.order.destination and any(
            template.destination or "destination" in placeholders.used(template.text)
            for template in self.templates
        )

    def _known(self, family: dict[int, int]) -> dict[int, PersonMessage]:
        if self.order.fresh:
            return {}
        wanted = {_dedupe(pk, self.order.dedupe): stands for pk, stands in family.items()}
        rows = PersonMessage.objects.filter(dedupe__in=list(wanted)).order_by("pk")
        return {wanted[row.dedupe]: row for row in rows}


def plain(values: Mapping[str, Any]) -> dict[str, str]:
    """Further placeholders as text, days in ISO form; what is empty is left out."""
    return {
        name: value.isoformat() if isinstance(value, date) else str(value).strip()
        for name, value in values.items()
        if value not in (None, "")
    }


def _dedupe(person: int, name: str) -> str:
    return f"{person}:{name}"


def _unwritten(message: PersonMessage) -> bool:
    """Kept without address and text, because there was none or the person declined."""
    return message.state in (SendState.DECLINED, SendState.FAILED) and message.attempts == 0
