"""The chasing rule that holds for an office: its own, else the default row, else the built-in one."""

from __future__ import annotations

from django.db.models import F, Q

from chunfeng.offices.models import Office
from chunfeng.tasking.models import ChaseRule


def rule_of(office: Office) -> ChaseRule:
    """The rule of one office. Never saved when it is the built-in one."""
    found = ChaseRule.objects.filter(Q(office=office) | Q(office=None)).order_by(
        F("office").asc(nulls_last=True)
    )
    return found.first() or ChaseRule()


def all_rules() -> dict[int | None, ChaseRule]:
    """Every rule by office, with the default under None."""
    return {None: ChaseRule()} | {rule.office_id: rule for rule in ChaseRule.objects.all()}
