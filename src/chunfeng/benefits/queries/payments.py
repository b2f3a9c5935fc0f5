"""Money in sight of an actor: what waits, what is with the bank, what came back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum

from chunfeng.benefits.choices import ObjectionState, PaymentState
from chunfeng.benefits.models import Measure, Objection, Payment, PaymentBatch, PublicityItem, Recovery
from chunfeng.core.actor import Actor


@dataclass(frozen=True, slots=True)
class Waiting:
    """What is owed of one measure in fen: due now, and held back (publicity, an objection, no account)."""

    code: str
    title: str
    fund: str
    due: int
    due_fen: int
    later: int
    no_account: int
    objected: int
    unshown: int


def payments(actor: Actor) -> QuerySet[Payment]:
    """The payments of the actor's area."""
    rows = Payment.objects.filter(area_code__gte=actor.lo, area_code__lt=actor.hi)
    return rows.select_related("measure", "batch", "decision__claim", "beneficiary")


def payment(actor: Actor, pk: int) -> Payment | None:
    """One payment, or None out of sight."""
    return payments(actor).filter(pk=pk).first()


def unshown() -> Any:
    """The condition of payments of a measure with publicity whose claim no list has shown."""
    shown = PublicityItem.objects.filter(claim=OuterRef("decision__claim"))
    return Q(measure__publish_days__gt=0) & ~Exists(shown)


def waiting(actor: Actor, on: date) -> list[Waiting]:
    """By measure what waits to be paid, the largest sum first."""
    rows = Payment.objects.filter(area_code__gte=actor.lo, area_code__lt=actor.hi, state=PaymentState.WAITING)
    objected = Q(decision__claim__in=Objection.objects.filter(state=ObjectionState.OPEN).values("claim"))
    ready = Q(due_from__lte=on, account__isnull=False, decision__claim__state="granted") & ~objected
    ready &= ~unshown()
    found = rows.values(
        code=F("measure__code"), title=F("measure__title"), money=F("measure__fund")
    ).annotate(
        due=Count("pk", filter=ready),
        due_fen=Sum("amount", filter=ready, default=0),
        later=Count("pk", filter=Q(due_from__gt=on)),
        no_account=Count("pk", filter=Q(account__isnull=True)),
        objected=Count("pk", filter=Q(due_from__isnull=True)),
        unshown=Count("pk", filter=unshown()),
    )
    return [
        Waiting(
            row["code"],
            row["title"],
            row["money"],
            row["due"],
            row["due_fen"],
            row["later"],
            row["no_account"],
            row["objected"],
            row["unshown"],
        )
        for row in found.order_by("-due_fen", "code")
    ]


def totals(actor: Actor) -> dict[str, tuple[int, int]]:
    """State → (payments, fen) of the actor's area."""
    rows = Payment.objects.filter(area_code__gte=actor.lo, area_code__lt=actor.hi)
    found = rows.values_list("state").annotate(n=Count("pk"), fen=Sum("amount")).order_by()
    return {state: (n, fen) for state, n, fen in found}


def batches(actor: Actor) -> QuerySet[PaymentBatch]:
    """The batches of the actor's area."""
    rows = PaymentBatch.objects.filter(area_code__gte=actor.lo, area_code__lt=actor.hi)
    return rows.select_related("office", "file", "reply")


def batch(actor: Actor, pk: int) -> PaymentBatch | None:
    """One batch, or None out of sight."""
    return batches(actor).filter(pk=pk).first()


def lines(row: PaymentBatch) -> QuerySet[Payment]:
    """The payments of a batch in the order of its file."""
    return row.payments.select_related("measure", "decision", "beneficiary").order_by("line")


def moved(row: PaymentBatch) -> list[Payment]:
    """Payments of a batch whose beneficiary got another account after the decision, in the order of the file."""
    later = lines(row).filter(beneficiary__account_changed_at__gt=F("decision__at"))
    return [each for each in later if each.account == each.beneficiary.account]


def states(row: PaymentBatch) -> dict[str, tuple[int, int]]:
    """State → (payments, fen) within a batch."""
    found = row.payments.values_list("state").annotate(n=Count("pk"), fen=Sum("amount")).order_by()
    return {state: (n, fen) for state, n, fen in found}


def came_back(actor: Actor) -> list[Payment]:
    """Payments that came back and wait for somebody to look, the oldest first."""
    return list(payments(actor).filter(state=PaymentState.BOUNCED).order_by("pk")[:200])


def recoveries(actor: Actor) -> QuerySet[Recovery]:
    """What is to come back, the open ones first."""
    rows = Recovery.objects.filter(payment__area_code__gte=actor.lo, payment__area_code__lt=actor.hi)
    return rows.select_related("payment__measure", "payment__decision").order_by("-state", "-pk")


def recovery(actor: Actor, pk: int) -> Recovery | None:
    """One recovery, or None out of sight."""
    return recoveries(actor).filter(pk=pk).first()


def of_payment(row: Payment) -> list[Recovery]:
    """What was demanded back of a payment."""
    return list(row.recoveries.order_by("pk"))


def measures_paid(actor: Actor) -> list[tuple[str, str]]:
    """(code, title) of the measures the actor's area has payments of."""
    held = Payment.objects.filter(area_code__gte=actor.lo, area_code__lt=actor.hi).values("measure")
    return list(Measure.objects.filter(pk__in=held).order_by("title").values_list("code", "title"))
