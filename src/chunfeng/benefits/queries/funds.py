"""What refunds were used for: by purpose, by area, what is not accounted for yet (L3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import (
    BigIntegerField,
    Count,
    DateField,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
)
from django.db.models.functions import Coalesce

from chunfeng.benefits import engine, force
from chunfeng.benefits.actions import funds as actions
from chunfeng.benefits.choices import PaymentState, RecoveryState
from chunfeng.benefits.models import FundUse, Measure, Payment, Recovery
from chunfeng.benefits.queries import areas
from chunfeng.core.actor import Actor
from chunfeng.core.errors import Refused

OPEN, OVERDUE, DONE, AGAINST = "open", "overdue", "done", "against"


@dataclass(frozen=True, slots=True)
class Line:
    """An area's sums in fen: paid less what comes back, accounted for, of that against the rule, left, overdue."""

    code: str
    payments: int
    received: int
    accounted: int
    against: int
    left: int
    overdue: int
    overdue_fen: int


def payments(actor: Actor, area: str = "", measure: str = "") -> QuerySet[Payment]:
    """Paid payments that have to be accounted for, with `left` (fen) and `account_by` (the last day)."""
    rows = Payment.objects.filter(
        areas.inside(areas.reached(actor, area)),
        area_code__gte=actor.lo,
        area_code__lt=actor.hi,
        state=PaymentState.PAID,
    ).exclude(measure__use_rules="")
    if measure:
        rows = rows.filter(measure__code=measure)
    asked = Recovery.objects.filter(payment=OuterRef("pk")).exclude(state=RecoveryState.WAIVED)
    back = asked.order_by().values("payment").annotate(n=Sum("amount")).values("n")
    against = FundUse.objects.filter(payment=OuterRef("pk"), against_rule=True)
    wrong = against.order_by().values("payment").annotate(n=Sum("amount")).values("n")
    whole = BigIntegerField()
    return rows.select_related("measure", "beneficiary").annotate(
        received=F("amount") - Coalesce(Subquery(back, output_field=whole), 0),
        left=F("amount") - Coalesce(Subquery(back, output_field=whole), 0) - F("accounted"),
        against=Coalesce(Subquery(wrong, output_field=whole), 0),
        account_by=ExpressionWrapper(F("paid_on") + F("measure__use_days"), output_field=DateField()),
    )


def narrowed(rows: QuerySet[Any], state: str, on: date) -> QuerySet[Any]:
    """Of `payments` those in a state: open, overdue, done, or with something spent against the rule."""
    match state:
        case "open":
            return rows.filter(left__gt=0)
        case "overdue":
            return rows.filter(left__gt=0, account_by__lt=on)
        case "done":
            return rows.filter(left__lte=0)
        case "against":
            return rows.filter(against__gt=0)
    return rows


def by_area(rows: QuerySet[Payment], children: Sequence[tuple[str, str]], on: date) -> list[Line]:
    """The sums of `payments` by the areas below, and of what lies in none of them."""
    late = Q(left__gt=0, account_by__lt=on)
    found = (
        areas.by_child(rows, children)
        .order_by()
        .values("child")
        .annotate(
            n=Count("pk"),
            paid=Sum("received"),
            told=Sum("accounted"),
            wrong=Sum("against"),
            rest=Sum("left", filter=Q(left__gt=0), default=0),
            late=Count("pk", filter=late),
            late_fen=Sum("left", filter=late, default=0),
        )
    )
    names = ("child", "n", "paid", "told", "wrong", "rest", "late", "late_fen")
    return sorted((Line(*(row[name] for name in names)) for row in found), key=lambda line: line.code or "~")


def by_purpose(rows: QuerySet[Payment]) -> list[dict[str, Any]]:
    """Purpose → entries, fen and whether it is against the rule, of these payments; the largest sum first."""
    uses = FundUse.objects.filter(payment__in=rows.values("pk")).order_by()
    found = uses.values("purpose", "against_rule").annotate(
        fen=Sum("amount"), n=Count("pk", filter=Q(corrects__isnull=True, corrected_by__isnull=True))
    )
    return sorted((dict(row) for row in found if row["fen"]), key=lambda row: -row["fen"])


def purposes(actor: Actor, on: date) -> dict[str, str]:
    """Code → label of every purpose the measures of the area know."""
    found: dict[str, str] = {}
    for code in sorted({code for code, *_more in rules(actor)}):
        version = force.version_for(code, on, actor.area_code)
        spending = engine.spending(version, (), on, actor.area_code) if version else None
        found |= dict(spending.purposes) if spending else {}
    return found


def rules(actor: Actor) -> list[tuple[str, str, str]]:
    """(code of the rules, code, title) of the measures whose money has to be accounted for and was paid here."""
    held = Payment.objects.filter(area_code__gte=actor.lo, area_code__lt=actor.hi, state=PaymentState.PAID)
    rows = Measure.objects.filter(pk__in=held.values("measure")).exclude(use_rules="").order_by("title")
    return list(rows.values_list("use_rules", "code", "title"))


def payment(actor: Actor, pk: int) -> Payment | None:
    """One payment that has to be accounted for, or None."""
    return payments(actor).filter(pk=pk).first()


def uses(row: Payment) -> list[FundUse]:
    """The entries of a payment in their order, each with what takes it back."""
    return list(row.uses.select_related("corrects", "corrected_by").order_by("pk"))


def use(row: Payment, pk: int) -> FundUse | None:
    """One entry of a payment."""
    return row.uses.select_related("payment").filter(pk=pk).first()


def judged(row: Payment, entries: Sequence[FundUse], on: date) -> engine.Evaluation | None:
    """What the measure says of the entries that stand, with its clauses; None where it is not in force."""
    try:
        spending = actions.spending_of(row, on)
    except Refused:
        return None
    standing = [e for e in entries if e.corrects_id is None and getattr(e, "corrected_by", None) is None]
    return spending.judge(row.amount - actions.returned(row), [(e.purpose, e.amount) for e in standing])
