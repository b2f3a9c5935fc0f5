"""Areas that count as affected, as of a day, and who came from one of them (D12)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q, QuerySet

from chunfeng.areas import codes
from chunfeng.core.actor import Actor
from chunfeng.people import batch
from chunfeng.people.choices import Exposure, FactKind, FactValue
from chunfeng.people.models import AffectedArea, Fact, Person, PlacementRule
from chunfeng.people.queries import register, standing


@dataclass(frozen=True, slots=True)
class Trace:
    """A stay in an affected area: where, since a statement of which day, or by which field of the record.

    `on` is None where only a field of the record (`field`) tells it.
    """

    code: str
    affected: AffectedArea
    on: date | None = None
    fact: Fact | None = None
    field: str = ""


def declared(actor: Actor) -> QuerySet[AffectedArea]:
    """Declarations of the actor's range and of the offices above, ended ones too."""
    near = Q(area_code__gte=actor.lo, area_code__lt=actor.hi) | Q(area_code__in=actor.above)
    return AffectedArea.objects.filter(near).select_related("office", "emergency")


def affected_codes(where: Actor | str, on: date) -> list[tuple[str, AffectedArea]]:
    """The areas that count as affected on a day, each once, for an actor's range or for one area.

    Everything inside such an area counts too. Of two declarations of a place the nearer office's stands.
    """
    if isinstance(where, str):
        rows = AffectedArea.objects.filter(area_code__in=_chain(where)).select_related("office", "emergency")
    else:
        rows = declared(where)
    found: dict[str, AffectedArea] = {}
    for row in rows.filter(_in_force(on)).order_by("area_code", "valid_from", "pk"):
        if row.place not in found or codes.level(row.area_code) >= codes.level(found[row.place].area_code):
            found[row.place] = row
    return sorted(found.items())


def is_affected(code: str, at_area: str, on: date) -> AffectedArea | None:
    """The declaration by which an area counts as affected on a day in the eyes of `at_area`, or None.

    An area counts when it, or one that contains it, was declared by an office of `at_area` or above it.
    """
    return _covering(_rows(at_area, on, on), code, on, on)


def look_back(at_area: str, on: date) -> int:
    """Days within which a stay in an affected area counts: the longest of the rules in force; 0 without one."""
    rules = PlacementRule.objects.filter(
        in_force_rules(on), area_code__in=_chain(at_area), exposure=Exposure.AREA
    )
    days = rules.values_list("days", flat=True)
    return batch.once(("look-back", at_area, on), lambda: max(days, default=0))


def came_from_affected(
    person: Person, on: date, *, at_area: str = "", days: int | None = None
) -> AffectedArea | None:
    """The affected area a person came from within the look-back, or None; `traces` says how it is known."""
    found = traces(person, on, at_area=at_area, days=days)
    return found[0].affected if found else None


def traces(person: Person, on: date, *, at_area: str = "", days: int | None = None) -> list[Trace]:
    """Stays in affected areas within `days` before `on` (default: what the rules name), in the order of
    `standing.order`.

    Statements of whereabouts and return, and of an intention to stay, place a person on their day. The home,
    current and work area of the record count as long as no statement says where the person was when the
    look-back begins. Declared is what was declared on any day between the stay and `on`, by an office of
    `at_area` (default: the home area) or above. Three queries.
    """
    place = at_area or person.area_code
    back = on - timedelta(look_back(place, on) if days is None else days)
    rows = _rows(place, back, on)
    if not rows:
        return []
    stated = Fact.objects.filter(
        person__in=register.family(person),
        kind__in=(FactKind.WHEREABOUTS, FactKind.RETURN, FactKind.INTENTION),
        on__lte=on,
    )
    facts = standing.order(stated)
    found = []
    for fact in facts:
        if fact.on >= back and (code := _where(fact, person)) and (hit := _covering(rows, code, fact.on, on)):
            found.append(Trace(code, hit, fact.on, fact))
    earlier = standing.order(fact for fact in facts if fact.on <= back)
    before = next((code for fact in earlier if (code := _where(fact, person, then=True))), None)
    if before is not None:
        fields = [("", before)]
    else:
        fields = [(name, getattr(person, name)) for name in ("current_area", "work_area", "area_code")]
    for name, code in fields:
        if code and code not in {trace.code for trace in found} and (hit := _covering(rows, code, back, on)):
            found.append(Trace(code, hit, None if name else back, None, name))
    return found


def in_force_rules(on: date) -> Q:
    """Placement rules in force on a day."""
    return _in_force(on)


def _in_force(on: date) -> Q:
    return Q(valid_from__lte=on) & (Q(valid_to__isnull=True) | Q(valid_to__gt=on))


def _chain(code: str) -> list[str]:
    return [*codes.ancestors(code), code]


def _rows(at_area: str, since: date, until: date) -> list[AffectedArea]:
    """Declarations that held on a day from `since` to `until`, the nearest office first, then the newest."""
    return batch.once(("affected", at_area, since, until), lambda: _declared(at_area, since, until))


def _declared(at_area: str, since: date, until: date) -> list[AffectedArea]:
    rows = AffectedArea.objects.filter(area_code__in=_chain(at_area), valid_from__lte=until)
    rows = rows.exclude(valid_to__lte=since).select_related("office", "emergency")
    return sorted(rows, key=lambda row: (-codes.level(row.area_code), -row.valid_from.toordinal(), -row.pk))


def _covering(rows: list[AffectedArea], code: str, since: date, until: date) -> AffectedArea | None:
    for row in rows:
        held = row.valid_from <= until and (row.valid_to is None or row.valid_to > since)
        if held and codes.contains(row.place, code):
            return row
    return None


def _where(fact: Fact, person: Person, *, then: bool = False) -> str:
    """The area a statement places the person in on its day; `then`: from that day on. "" for none.

    Who came back on a day was at the work area until then, and at home afterwards.
    """
    if fact.kind == FactKind.WHEREABOUTS:
        return fact.place or (person.area_code if fact.value == FactValue.HERE else "")
    if fact.kind == FactKind.INTENTION:
        return fact.place if fact.value == FactValue.STAYS else ""
    if fact.value == FactValue.RETURNED:
        return person.area_code if then else person.work_area
    return person.work_area if fact.value == FactValue.AWAY else ""
