"""Reading important situations: who sees them, where each one stands, who may do what now (C2, C3, C12)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Case, Exists, IntegerField, OuterRef, Prefetch, Q, QuerySet, Value, When

from chunfeng.areas import codes
from chunfeng.core import scope
from chunfeng.core.actor import SYSTEM, Actor
from chunfeng.core.crypto import mask
from chunfeng.notices.masking import masked
from chunfeng.notices.models import Emergency
from chunfeng.offices import roles
from chunfeng.offices.choices import Line
from chunfeng.offices.models import Office
from chunfeng.reporting.choices import SituationState
from chunfeng.reporting.models import Situation, SituationHop, SituationNews

_IDENTITY = re.compile(r"(?<!\d)\d{17}[\dXx](?!\d)")
_CONTACT_LIKE = re.compile(r"\d{3}|@")
OVERDUE, OPEN, DONE = 2, 1, 0
"""Order of the list: what waits too long, what is under way, what is over."""


@dataclass(frozen=True, slots=True)
class Link:
    """One link of the chain a report went through. `kind`: origin, hop, merged or settled; `tone`: a colour."""

    kind: str
    office: str
    tone: str
    at: datetime
    by: str = ""
    due_at: datetime | None = None
    received_at: datetime | None = None
    received_by: str = ""
    note: str = ""
    skipped_at: datetime | None = None
    skipped_by: str = ""
    skip_reason: str = ""
    escalated_at: datetime | None = None
    situation_id: int = 0

    @property
    def waiting(self) -> bool:
        """Sent and not yet taken in, nor passed over."""
        return self.kind == "hop" and self.received_at is None and self.skipped_at is None


def next_office(office: Office, *, taken: Collection[int] = ()) -> Office | None:
    """The office one step above that a report goes to; None at the top.

    The office it reports to, or the one above that where it is out of service; without one, the office of the
    nearest area above in the same line, else human resources, else government. Never one of `taken`.
    """
    out, up, walked = {office.pk, *taken}, office, {office.pk}
    while up.parent_id is not None and up.parent_id not in walked:
        walked.add(up.parent_id)
        up = Office.objects.get(pk=up.parent_id)
        if up.active and up.pk not in out and codes.contains(up.area_code, office.area_code):
            return up
    lines = [office.line, Line.HRSS, Line.GOVERNMENT]
    for area in reversed(codes.ancestors(office.area_code)):
        found = Office.objects.filter(area_code=area, active=True, line__in=lines).exclude(pk__in=out)
        nearest = sorted(found.order_by("code")[:100], key=lambda o: (lines.index(o.line), o.code))
        if nearest:
            return nearest[0]
    return None


def visible(actor: Actor) -> QuerySet[Situation]:
    """Situations of the actor's range. The database's own wall says the same; this is the first of the two."""
    if actor.role == "system":
        return Situation.objects.all()
    return Situation.objects.filter(area_code__gte=actor.lo, area_code__lt=actor.hi)


def situation(actor: Actor, pk: int) -> Situation | None:
    """One situation in sight, with its hops and news."""
    rows = visible(actor).select_related("office", "emergency")
    return rows.prefetch_related(_hops(), "news__office").filter(pk=pk).first()


def in_sight(actor: Actor, keys: Iterable[int]) -> set[int]:
    """Those of the reports that the actor may open."""
    return set(visible(actor).filter(pk__in=set(keys)).values_list("pk", flat=True))


def listed(actor: Actor, now: datetime) -> QuerySet[Situation]:
    """Situations in sight with `urgency` (OVERDUE, OPEN, DONE) and their hops, without order."""
    late = Exists(waiting(now).filter(situation=OuterRef("pk"), due_at__lt=now))
    urgency = Case(
        When(Q(state=SituationState.OPEN) & late, then=Value(OVERDUE)),
        When(state=SituationState.OPEN, then=Value(OPEN)),
        default=Value(DONE),
        output_field=IntegerField(),
    )
    rows = visible(actor).annotate(urgency=urgency).defer("contact")
    return rows.select_related("office").prefetch_related(_hops())


def waiting(now: datetime) -> QuerySet[SituationHop]:
    """Hops sent before now that nobody took in or passed over."""
    return SituationHop.objects.filter(
        situation__state=SituationState.OPEN, received_at=None, skipped_at=None, sent_at__lte=now
    )


def to_take_in(actor: Actor, now: datetime) -> list[SituationHop]:
    """What waits for the actor's own office, the most urgent first."""
    rows = waiting(now).filter(receiver=actor.office_id).select_related("situation__office", "sender")
    return list(rows.order_by("due_at", "pk")[:50])


def silent_above(actor: Actor, now: datetime) -> list[SituationHop]:
    """What the actor's office sent and nobody took in within the time."""
    rows = waiting(now).filter(sender=actor.office_id, due_at__lt=now)
    return list(rows.select_related("situation__office", "receiver").order_by("due_at", "pk")[:50])


def office_above(actor: Actor, of: Situation | None = None) -> Office | None:
    """Where a new report of the actor's office goes, or where one goes next: past a silent office, past others."""
    office = Office.objects.filter(pk=actor.office_id or 0).first()
    if office is None or of is None:
        return next_office(office) if office else None
    hops = hops_of(of)
    taken = {of.office_id, *(hop.receiver_id for hop in hops)}
    last = hops[-1] if hops else None
    start = last.receiver if last is not None and last.received_at is None else office
    return next_office(start, taken=taken)


def mergeable(actor: Actor) -> list[Situation]:
    """Open situations that the actor's office took in and has not sent on."""
    rows = visible(actor).filter(state=SituationState.OPEN, hops__receiver=actor.office_id)
    rows = rows.filter(hops__received_at__isnull=False).select_related("office")
    found = rows.prefetch_related(_hops()).order_by("-pk").distinct()[:500]
    return [row for row in found if holder(row) == actor.office_id]


def search(rows: QuerySet[Situation], text: str) -> QuerySet[Situation]:
    """Reports of an office so called, or whose words contain the text; no part of a telephone number is found."""
    found = Q(office__name__icontains=text)
    if not _CONTACT_LIKE.search(text):
        found |= Q(what__icontains=text) | Q(place__icontains=text)
    return rows.filter(found)


def of_side(rows: QuerySet[Any], actor: Actor, side: str) -> QuerySet[Any]:
    """Only what the actor's office reported ("ours"), has to take in ("waiting") or took in ("taken").

    "overdue": whatever waits too long, anywhere in sight; the rows come from `listed`.
    """
    if side == "overdue":
        return rows.filter(urgency=OVERDUE)
    if side == "ours":
        return rows.filter(office=actor.office_id)
    hops = SituationHop.objects.filter(situation=OuterRef("pk"), receiver=actor.office_id)
    if side == "waiting":
        rows = rows.filter(state=SituationState.OPEN)
    return rows.filter(Exists(hops.filter(received_at__isnull=side == "waiting", skipped_at=None)))


def hops_of(of: Situation) -> list[SituationHop]:
    """The hops in order; no query where they were fetched along."""
    return sorted(of.hops.all(), key=lambda hop: hop.position)


def last_hop(of: Situation) -> SituationHop | None:
    """The highest hop so far."""
    hops = hops_of(of)
    return hops[-1] if hops else None


def holder(of: Situation) -> int | None:
    """The office that has the report in hand: the last that took it in, None while it is on its way."""
    last = last_hop(of)
    if last is None:
        return of.office_id
    return last.receiver_id if last.received_at is not None else None


def top_of(of: Situation) -> Situation:
    """The report that stands for this one now: itself, or the one it was merged into at last."""
    with scope.applied(SYSTEM):
        while of.merged_into_id is not None:
            of = Situation.objects.select_related("office").get(pk=of.merged_into_id)
    return of


def possible(actor: Actor, of: Situation, now: datetime) -> set[str]:
    """What this actor may do with a situation now: take_in, pass_on, pass_over, merge, settle, news."""
    may: set[str] = set()
    if not roles.can(actor, "situation.report"):
        return may
    hops, last = hops_of(of), last_hop(of)
    own = actor.office_id
    if of.state == SituationState.CLOSED:
        return may
    if own == of.office_id or any(hop.receiver_id == own and hop.received_at for hop in hops):
        may.add("news")
    if of.state != SituationState.OPEN:
        return may
    if any(hop.receiver_id == own and hop.received_at is None for hop in hops):
        may.add("take_in")
    if last is not None and last.received_at is None and last.sender_id == own and last.due_at < now:
        may.add("pass_over")
    if own is not None and holder(of) == own:
        may |= {"pass_on", "settle"} if roles.can(actor, "report.accept") else {"pass_on"}
        if last is not None and roles.can(actor, "report.accept"):
            may.add("merge")
    return may


def chain(of: Situation, now: datetime) -> list[Link]:
    """The way of a report from its origin, through the reports it was merged into, to the outcome.

    A sender sees of the report above only which offices have it, since when, and what came of it.
    """
    links = [Link("origin", of.office.name, "good", of.at, of.by_name, situation_id=of.pk)]
    links += _hop_links(of, now)
    with scope.applied(SYSTEM):
        while of.merged_into_id is not None:
            above = Situation.objects.select_related("office").prefetch_related(_hops())
            of = above.defer("what", "place", "measures", "contact").get(pk=of.merged_into_id)
            links.append(Link("merged", of.office.name, "good", of.at, of.by_name, situation_id=of.pk))
            links += _hop_links(of, now)
    if of.state == SituationState.CLOSED and of.settled_at is not None:
        last = links[-1]
        links.append(Link("settled", last.office, "good", of.settled_at, note=of.outcome))
    return links


def _hop_links(of: Situation, now: datetime) -> Iterable[Link]:
    for hop in hops_of(of):
        yield Link(
            "hop", hop.receiver.name, _tone(hop, of, now), hop.sent_at, hop.sent_by_name, hop.due_at,
            hop.received_at, hop.received_by_name, hop.note, hop.skipped_at, hop.skipped_by_name,
            hop.skip_reason, hop.escalated_at, of.pk,
        )  # fmt: skip


def _tone(hop: SituationHop, of: Situation, now: datetime) -> str:
    if hop.received_at is not None:
        return "good" if hop.received_at <= hop.due_at else "warn"
    if hop.skipped_at is not None:
        return "bad"
    return "bad" if of.state == SituationState.OPEN and hop.due_at < now else "info"


def draft_of_merged(parts: Sequence[Situation]) -> dict[str, Any]:
    """A first text of the report that takes up several: numbered, people added up, the earliest time."""
    parts = sorted(parts, key=lambda part: part.pk)
    people = [part.people for part in parts if part.people is not None]
    places = dict.fromkeys(part.place for part in parts if part.place)
    return {
        "what": "\n".join(f"{n}. {part.office.name}：{part.what}" for n, part in enumerate(parts, 1)),
        "place": "、".join(places)[:200],
        "happened_at": min(part.happened_at for part in parts),
        "people": sum(people) if people else None,
        "measures": "\n".join(f"{part.office.name}：{part.measures}" for part in parts if part.measures),
    }


def merged_parts(of: Situation) -> list[Situation]:
    """The reports taken up in this one, with their later news."""
    rows = Situation.objects.filter(merged_into=of).select_related("office")
    return list(rows.prefetch_related("news__office").defer("contact").order_by("pk")[:200])


def news_of(of: Situation) -> list[SituationNews]:
    """Later news of a report and of those merged into it, the newest first."""
    rows = SituationNews.objects.filter(Q(situation=of) | Q(situation__merged_into=of))
    return list(rows.select_related("office").order_by("-pk")[:200])


def running_emergency(area_code: str, on: date) -> Emergency | None:
    """The one running emergency that concerns an area; None when there is none, or more than one."""
    rows = Emergency.objects.filter(began_on__lte=on).filter(Q(ended_on=None) | Q(ended_on__gte=on))
    hit = [
        each
        for each in rows.order_by("pk")[:100]
        if not each.areas or any(codes.contains(area, area_code) for area in each.areas)
    ]
    return hit[0] if len(hit) == 1 else None


def shown(text: str) -> str:
    """Words of a report with telephone numbers, mail addresses and identity numbers masked."""
    return masked(_IDENTITY.sub(lambda match: mask(match[0]), text))


def shown_contact(of: Situation) -> str:
    """The contact, masked; numbers inside a longer text are masked in their place."""
    text = of.contact or ""
    return shown(text) if shown(text) != text else mask(text)


def _hops() -> Prefetch[Any]:
    return Prefetch("hops", SituationHop.objects.select_related("receiver", "sender").order_by("position"))
