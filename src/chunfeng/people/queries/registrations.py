"""Registrations in sight, what speaks against an application, and who receives support from which source."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from chunfeng.core.actor import Actor
from chunfeng.people import rulebook
from chunfeng.people.choices import Category, RegistrationState
from chunfeng.people.models import Person, PersonCategory, Registration
from chunfeng.people.queries import register

RUNNING = (RegistrationState.APPLIED, RegistrationState.GRANTED)


def registrations(actor: Actor) -> QuerySet[Registration]:
    """Registrations of the actor's range, the newest first, with their people."""
    rows = Registration.objects.filter(area_code__gte=actor.lo, area_code__lt=actor.hi)
    return rows.select_related("person", "office").order_by("-pk")


def registration(actor: Actor, pk: int) -> Registration | None:
    """One of them."""
    return registrations(actor).filter(pk=pk).first()


def of_person(person: Person) -> QuerySet[Registration]:
    """The registrations of one person, the newest first."""
    rows = Registration.objects.filter(person__in=register.family(person))
    return rows.select_related("office").order_by("-pk")


def doubts(row: Registration, on: date) -> list[str]:
    """What speaks against an application: papers not shown, an age below the one the ground names."""
    ground = rulebook.ground(row.kind, row.ground)
    if ground is None:
        return [_("The ground is no longer in the list.")]
    lacking = [label for code, label in ground.proofs.items() if code not in row.proofs]
    found = [_("not shown: %(papers)s") % {"papers": "、".join(lacking)}] if lacking else []
    if ground.ages:
        person = row.person
        limit = ground.ages.get(person.sex)
        if person.birth is None or limit is None:
            found.append(_("date of birth or sex is not known"))
        elif (age := _age(person.birth, on)) < limit:
            found.append(
                _("%(age)s years old, the ground begins at %(limit)s") % {"age": age, "limit": limit}
            )
    return found


def open_of_kinds(actor: Actor) -> dict[tuple[str, str], int]:
    """How many registrations of each kind stand in each state."""
    rows = registrations(actor).order_by().values_list("kind", "state").annotate(n=Count("pk"))
    return {(kind, state): n for kind, state, n in rows}


@dataclass(frozen=True, slots=True)
class Support:
    """People who receive support by one source (O8)."""

    source: str
    people: int


def support(actor: Actor, on: date) -> list[Support]:
    """The sources of support in force on a day with the number of people in sight, the largest first."""
    rows = supported(actor, on).order_by().values_list("source").annotate(n=Count("person", distinct=True))
    return [Support(source, n) for source, n in sorted(rows, key=lambda row: (-row[1], row[0]))]


def supported(actor: Actor, on: date) -> QuerySet[PersonCategory]:
    """The rows that say so, with their people; merged records left out."""
    rows = PersonCategory.objects.filter(category=Category.BENEFICIARY, person__merged_into__isnull=True)
    rows = rows.filter(Q(valid_from__isnull=True) | Q(valid_from__lte=on))
    rows = rows.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=on))
    return rows.filter(person__in=register.people(actor)).select_related("person").order_by("-pk")


def _age(birth: date, on: date) -> int:
    return on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))
