"""Claims in sight of an actor, as officers look for them."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from chunfeng.areas import codes
from chunfeng.benefits import engine
from chunfeng.benefits.choices import ClaimState, MeasureState
from chunfeng.benefits.models import (
    Claim,
    ClaimPaper,
    ClaimStep,
    Decision,
    Measure,
    MeasureVersion,
    Objection,
    Payee,
    Payment,
    PublicityList,
)
from chunfeng.benefits.queries.searching import searched
from chunfeng.core import scope
from chunfeng.core.actor import SYSTEM, Actor

WAITING = (ClaimState.SUBMITTED, ClaimState.PROPOSED, ClaimState.CONFIRMING)
"""States in which somebody of the office has to do something."""


def claims(actor: Actor) -> QuerySet[Claim]:
    """The claims of the actor's area, with measure, beneficiary and office."""
    rows = Claim.objects.filter(area_code__gte=actor.lo, area_code__lt=actor.hi)
    return rows.select_related("measure", "beneficiary", "office")


def claim(actor: Actor, pk: int) -> Claim | None:
    """One claim with its version, or None out of sight."""
    return claims(actor).select_related("version__measure").filter(pk=pk).first()


def find(rows: QuerySet[Claim], text: str) -> QuerySet[Claim]:
    """Narrow claims to a document or credit code, a serial number (#12) or a beginning of the name."""
    return rows.filter(searched(text, subject="subject_key", names=["beneficiary__name"]))


def counts(actor: Actor) -> dict[str, int]:
    """State → claims of the actor's area."""
    rows = Claim.objects.filter(area_code__gte=actor.lo, area_code__lt=actor.hi)
    return dict(rows.values_list("state").annotate(n=Count("pk")).order_by())


def measures(actor: Actor, on: date) -> list[Measure]:
    """The measures a claim can be made for in the actor's area on a day, by title."""
    above = [codes.COUNTRY, *codes.ancestors(actor.area_code or codes.COUNTRY)]
    versions = MeasureVersion.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=on),
        Q(measure__area_code__gte=actor.lo, measure__area_code__lt=actor.hi)
        | Q(measure__area_code__in=above),
        state=MeasureState.IN_FORCE,
        valid_from__lte=on,
        refines="",
    )
    rows = Measure.objects.filter(pk__in=versions.values("measure"), subject__in=("person", "employer"))
    return list(rows.order_by("title", "pk"))


def measure(code: str) -> Measure | None:
    """A measure in sight by its code."""
    return Measure.objects.filter(code=code).first()


def measures_claimed(actor: Actor) -> list[tuple[str, str]]:
    """(code, title) of the measures the actor's area has claims for."""
    rows = Measure.objects.filter(
        pk__in=Claim.objects.filter(area_code__gte=actor.lo, area_code__lt=actor.hi).values("measure")
    )
    return list(rows.order_by("title").values_list("code", "title"))


def steps(row: Claim) -> list[ClaimStep]:
    """What was done with a claim, the newest first."""
    return list(row.steps.select_related("office").order_by("-pk"))


def papers(row: Claim) -> list[ClaimPaper]:
    """The papers of a claim in their order."""
    return list(row.papers.select_related("file").order_by("pk"))


def paper(row: Claim, pk: int) -> ClaimPaper | None:
    """One paper of a claim."""
    return row.papers.select_related("file").filter(pk=pk).first()


def decisions(row: Claim) -> list[tuple[Decision, Decision | None]]:
    """The decisions of a claim, the newest first, each with the second officer's row."""
    rows = list(row.decisions.order_by("-number", "pk"))
    seconds = {each.seconds_id: each for each in rows if each.seconds_id}
    return [(each, seconds.get(each.pk)) for each in rows if each.seconds_id is None]


def payee(row: Claim) -> Payee | None:
    """Who a claim is paid to, where it was said."""
    return Payee.objects.filter(claim=row).select_related("paper__file").first()


def payments(row: Claim) -> list[Payment]:
    """The payments a claim brought, by part."""
    return list(Payment.objects.filter(decision__claim=row).select_related("batch").order_by("part"))


def objections(row: Claim) -> list[Objection]:
    """The objections against a claim, the newest first."""
    return list(row.objections.order_by("-pk"))


def objection(row: Claim, pk: int) -> Objection | None:
    """One objection of a claim."""
    return row.objections.filter(pk=pk).select_related("claim").first()


def local_texts(row: Claim) -> list[str]:
    """Titles of the local texts that refine the rules of a claim."""
    with scope.applied(SYSTEM):
        rows = (
            MeasureVersion.objects.filter(pk__in=row.refined_by).exclude(refines="").select_related("measure")
        )
        return [each.measure.title for each in rows]


def questions(row: Claim) -> dict[str, engine.Question]:
    """The facts of a claim's measure."""
    return engine.questions(row.version)


def referrals(row: Claim) -> list[dict[str, Any]]:
    """Where the rules send the claimant on to, by the last evaluation (L25): outcomes with label and clause."""
    return engine.referrals(json.loads(row.explanation)) if row.explanation else []


def sums(row: Payment) -> list[dict[str, Any]]:
    """What a payment is made of, where its measure gives several sums and it pays them all (L24)."""
    decision = row.decision
    found = engine.sums(decision.version, json.loads(decision.explanation))
    return found if len(found) > 1 and sum(each["fen"] for each in found) == row.amount else []


def publicity_lists(actor: Actor) -> QuerySet[PublicityList]:
    """The lists the actor's area published, the newest first."""
    rows = PublicityList.objects.filter(area_code__gte=actor.lo, area_code__lt=actor.hi)
    return rows.select_related("measure", "office").annotate(lines=Count("items")).order_by("-pk")


def to_publish(actor: Actor) -> list[dict[str, Any]]:
    """Measures with grants no list showed yet: {"measure": pk, "title", "n"}."""
    rows = Claim.objects.filter(
        area_code__gte=actor.lo, area_code__lt=actor.hi, state=ClaimState.GRANTED, publicity__isnull=True
    )
    found = rows.values("measure", title=F("measure__title")).annotate(n=Count("pk"))
    return [dict(row) for row in found.order_by("measure")]


def measure_by_key(pk: int) -> Measure | None:
    """A measure in sight by its key."""
    return Measure.objects.filter(pk=pk).first()


def public_lists(on: date) -> list[PublicityList]:
    """What is open for objections on a day, for everybody."""
    with scope.applied(SYSTEM):
        rows = PublicityList.objects.filter(from_on__lte=on, until_on__gt=on).select_related("office")
        return list(rows.annotate(lines=Count("items")).order_by("until_on", "pk")[:200])


def public_list(pk: int, on: date) -> tuple[PublicityList, list[Any]] | None:
    """A published list; its lines only while it is open for objections. None before its first day."""
    with scope.applied(SYSTEM):
        row = PublicityList.objects.filter(pk=pk, from_on__lte=on).select_related("office", "measure").first()
        if row is None:
            return None
        if row.until_on <= on:
            return row, []
        shown = row.items.exclude(claim__state=ClaimState.WITHDRAWN).order_by("position")
        names = ("position", "shown_name", "shown_unit", "shown_payee", "amount", "sums")
        return row, list(shown.values(*names))
