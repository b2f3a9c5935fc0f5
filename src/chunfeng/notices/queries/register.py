"""The register of notices and what belongs to one."""

from __future__ import annotations

from datetime import date

from django.db.models import Count, DateField, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Cast, Coalesce

from chunfeng.core.actor import Actor
from chunfeng.notices.choices import DutyState
from chunfeng.notices.masking import masked
from chunfeng.notices.models import (
    Citation,
    Clause,
    DeadlineDefault,
    Dispatch,
    Duty,
    Emergency,
    Explanation,
    Notice,
    NoticeEntry,
)
from chunfeng.notices.naming import number_key
from chunfeng.offices import roles


def visible(actor: Actor) -> QuerySet[Notice]:
    """The notices an actor may see: registered in its range, dispatched into it, or issued and public.

    The database's own wall says the same; this is the first of the two.
    """
    if actor.role == "system":
        return Notice.objects.all()
    inside = Q(area_code__gte=actor.lo, area_code__lt=actor.hi)
    reached = Dispatch.objects.filter(area_code__gte=actor.lo, area_code__lt=actor.hi).values("notice_id")
    public = Q(openness="public", state="issued")
    return Notice.objects.filter(inside | Q(pk__in=reached) | public)


def register_list(actor: Actor) -> QuerySet[Notice]:
    """The register's rows: by the date of signature, by the day of registration where there is none (B1)."""
    return (
        visible(actor)
        .annotate(
            dated=Coalesce(F("date"), Cast("registered_at", DateField())),
            sent=_counted(Count("pk")),
            received=_counted(Count("received_at")),
        )
        .select_related("registered_by_office", "emergency")
        .defer("text", "search_text", "raw_text", "reading", "repairs", "suspects")
    )


def _counted(what: Count) -> Coalesce:
    """A count over a notice's addressees, worked out for the rows of a page only."""
    addressed = Dispatch.objects.filter(notice=OuterRef("pk"), for_task=False).order_by()
    return Coalesce(Subquery(addressed.values("notice").annotate(n=what).values("n")), 0)


def search(rows: QuerySet[Notice], text: str) -> QuerySet[Notice]:
    """Title, number in any writing, issuer or words of the text; contacts in the text are not found."""
    return rows.filter(
        Q(title__icontains=text)
        | Q(number__icontains=text)
        | Q(number_key=number_key(text) or "-")
        | Q(issuers__icontains=text)
        | Q(search_text__icontains=text)
    )


def in_force(rows: QuerySet[Notice], on: date) -> QuerySet[Notice]:
    """Standing rules of the command in force on a day (P13)."""
    return rows.filter(
        Q(valid_from__isnull=True) | Q(valid_from__lte=on),
        Q(valid_to__isnull=True) | Q(valid_to__gte=on),
        internal_rule=True,
    )


def emergencies() -> QuerySet[Emergency]:
    """Running ones first, the latest first."""
    return Emergency.objects.annotate(notice_count=Count("notices")).order_by(
        F("ended_on").desc(nulls_first=True), "-began_on", "-id"
    )


def emergency(pk: int | None) -> Emergency | None:
    """One emergency, or None."""
    return Emergency.objects.select_related("opened_by").filter(pk=pk or 0).first()


def may_end(actor: Actor, event: Emergency) -> bool:
    """Whether this office ends or re-opens the emergency: it opened it, or lies above the office that did."""
    above = actor.sees(event.area_code) and actor.area_code != event.area_code
    return actor.role == "system" or above or event.opened_by_id == (actor.office_id or 0)


def one(actor: Actor, pk: int) -> Notice | None:
    """A notice in sight with what every page of it needs."""
    return (
        visible(actor)
        .select_related(
            "emergency",
            "registered_by_office",
            "issuing_office",
            "original",
            "forwards",
            "forwards__forwards",
        )
        .defer("search_text")
        .filter(pk=pk)
        .first()
    )


def clauses(notice: Notice) -> list[Clause]:
    """In printed order."""
    return list(notice.clauses.order_by("position"))


def duties(notice: Notice) -> list[Duty]:
    """In printed order, with their clauses."""
    return list(notice.duties.select_related("clause").order_by("position", "id"))


def duties_for(actor: Actor, notice: Notice) -> list[Duty]:
    """The same as this reader may see them: what was dropped is for the area that keeps the notice."""
    kept = actor.sees(notice.area_code)
    return [each for each in duties(notice) if kept or each.state != DutyState.DROPPED]


def duty(actor: Actor, pk: int) -> Duty | None:
    """A duty of a notice in sight; a dropped one only in the area that keeps the notice."""
    found = (
        Duty.objects.select_related("clause", "notice", "notice__registered_by_office")
        .filter(pk=pk, notice__in=visible(actor))
        .first()
    )
    hidden = found is not None and found.state == DutyState.DROPPED and not actor.sees(found.notice.area_code)
    return None if hidden else found


def clause(notice: Notice, pk: int | None) -> Clause | None:
    """A clause of the notice."""
    return notice.clauses.filter(pk=pk or 0).first()


def explanations(actor: Actor, notice: Notice) -> list[Explanation]:
    """All versions, the newest of each first within its clause: from inside or above the own area."""
    near = Q(area_code__gte=actor.lo, area_code__lt=actor.hi) | Q(area_code__in=actor.above)
    rows = notice.explanations.filter(near).select_related("clause", "office")
    return list(rows.order_by("clause__position", "-id"))


def history(notice: Notice, *, most: int = 200) -> list[NoticeEntry]:
    """The latest lines, newest first."""
    return list(notice.entries.select_related("duty").order_by("-id")[:most])


def deadline_defaults(actor: Actor) -> list[DeadlineDefault]:
    """The readings of fuzzy phrases this office set, and those of the offices above."""
    usable = Q(office_id=actor.office_id or 0) | Q(area_code__in=actor.above)
    rows = DeadlineDefault.objects.select_related("office").filter(usable)
    return list(rows.order_by("phrase", "office_id"))


def clause_in_sight(actor: Actor, pk: int) -> Clause | None:
    """A clause of any notice in sight."""
    return (
        Clause.objects.select_related("notice", "notice__registered_by_office")
        .filter(pk=pk, notice__in=visible(actor))
        .first()
    )


def clauses_to_cite(actor: Actor, *, most: int = 80) -> list[Clause]:
    """Clauses that order something, of the notices in sight, the newest notice first; each with its notice."""
    recent = visible(actor).order_by("-pk").values_list("pk", flat=True)[:20]
    ordering = Duty.objects.filter(notice__in=list(recent)).exclude(state=DutyState.DROPPED).values("clause")
    rows = Clause.objects.filter(pk__in=ordering).select_related("notice")
    return list(rows.order_by("-notice", "position")[:most])


def citation_in_sight(actor: Actor, pk: int) -> Citation | None:
    """A citation of any notice in sight."""
    return (
        Citation.objects.select_related("notice", "notice__registered_by_office", "target")
        .filter(pk=pk, notice__in=visible(actor))
        .first()
    )


def cited_by(notice: Notice) -> list[Citation]:
    """Citations in other notices in sight that name this one."""
    return list(notice.cited_by.select_related("notice").order_by("notice__date", "id")[:100])


def forwarded_by(notice: Notice) -> list[Notice]:
    """Covering notices in sight."""
    return list(notice.forwarded_by.order_by("date", "id")[:50])


def explanation(notice: Notice, pk: int | None) -> Explanation | None:
    """One version of an explanation of this notice."""
    return notice.explanations.filter(pk=pk or 0).first()


def may_explain(actor: Actor, notice: Notice) -> bool:
    """Whether this office keeps the notice or got it."""
    keeps = actor.role == "system" or notice.registered_by_office_id == actor.office_id
    return keeps or notice.dispatches.filter(office_id=actor.office_id or 0).exists()


def may_download(actor: Actor, notice: Notice) -> bool:
    """Whether the stored page may be given to this reader.

    A page of several documents only where all of them are in sight; one with contacts, or one nobody has
    read yet, only to those who may read contacts.
    """
    if notice.original is None or (notice.shares_page and not actor.sees(notice.area_code)):
        return False
    if roles.can(actor, "contact.read"):
        return True
    page = Notice.objects.filter(original_id=notice.original_id).values_list("text", "reading")
    return all(text and masked(text) == text and not read.get("contacts") for text, read in page)
