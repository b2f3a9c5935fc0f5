"""Contacts with people: lists by kind, what hangs on one person, answers put into words."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet

from chunfeng.core.actor import EVERYWHERE, Actor
from chunfeng.offices import roles
from chunfeng.people import scripts
from chunfeng.people.models import ContactRecord, Person
from chunfeng.people.queries import register
from chunfeng.people.scripts import BadScript, Kind, Question, Script, library


@dataclass(frozen=True, slots=True)
class Line:
    """One question with its answer: labels of what was chosen, or the value typed in; `area` marks a code."""

    ask: str
    value: str
    area: bool = False


def contacts(actor: Actor, kind: str = "") -> QuerySet[ContactRecord]:
    """Contacts made in the actor's range with people in sight, with person and office fetched."""
    rows = ContactRecord.objects.filter(area_code__gte=actor.lo, area_code__lt=actor.hi)
    if kind:
        rows = rows.filter(kind=kind)
    return rows.filter(_sight(actor)).select_related("person", "office")


def contact(actor: Actor, pk: int) -> ContactRecord | None:
    """One contact with somebody in sight, wherever it was made."""
    rows = ContactRecord.objects.filter(_sight(actor), pk=pk)
    return rows.select_related("person", "office", "item__campaign").first()


def of_person(person: Person) -> QuerySet[ContactRecord]:
    """Every contact with a person and the records merged into it, the newest first."""
    rows = ContactRecord.objects.filter(person__in=register.family(person))
    return rows.select_related("office").order_by("-at", "-pk")


def counted(actor: Actor, first: date, today: date) -> dict[str, tuple[int, int]]:
    """Contacts by kind: (on `today`, from `first` to `today`), by day of the contact."""
    rows = contacts(actor).select_related(None).filter(at__date__gte=first, at__date__lte=today)
    grouped = (
        rows.order_by().values("kind").annotate(now=Count("pk", filter=Q(at__date=today)), all=Count("pk"))
    )
    return {row["kind"]: (row["now"], row["all"]) for row in grouped}


def about(rows: QuerySet[ContactRecord], actor: Actor, text: str) -> QuerySet[ContactRecord]:
    """Narrow contacts to people found by name, document, phone or serial number."""
    return rows.filter(person__in=register.find(register.records(actor), text).values("pk"))


def may_open(actor: Actor, contact: ContactRecord) -> bool:
    """Whether answers and note may be read: by the office that made the contact, and by those whose work is
    with isolation. Who reads them stands in the trail; a typed reason is not asked for."""
    made_here = contact.office_id is not None and contact.office_id == actor.office_id
    return roles.can(actor, "contact_record.write") if made_here else roles.can(actor, "isolation.work")


def script_of(contact: ContactRecord) -> Script | None:
    """The questions a contact answered: those frozen in its campaign, else the shipped ones."""
    if contact.item is not None:
        try:
            return scripts.read(contact.item.campaign.script)
        except BadScript:
            return None
    return library.script(contact.script) if contact.script else None


def branch_words(code: str) -> dict[str, str]:
    """Branch → words, of a shipped script."""
    found = library.script(code)
    return found.branches if found else {}


def in_words(contact: ContactRecord) -> list[Line]:
    """The sealed answers as questions and words. What no script knows is shown as it was kept."""
    given: dict[str, Any] = json.loads(contact.answers) if contact.answers else {}
    script = script_of(contact)
    asked = {question.code: question for question in script.questions} if script else {}
    order = [*(code for code in asked if code in given), *(code for code in given if code not in asked)]
    return [_line(code, asked.get(code), given[code]) for code in order]


def _line(code: str, question: Question | None, given: Any) -> Line:
    chosen = given if isinstance(given, list) else [given]
    if question is None:
        return Line(code, "、".join(str(each) for each in chosen))
    words = [answer.label if (answer := question.answer(each)) else str(each) for each in chosen]
    return Line(question.ask, "、".join(words), question.kind == Kind.AREA)


def _sight(actor: Actor) -> Q:
    if (actor.lo, actor.hi) == EVERYWHERE:
        return Q()
    found = Q()
    for column in register.AREAS:
        found |= Q(**{f"person__{column}__gte": actor.lo, f"person__{column}__lt": actor.hi})
    return found
