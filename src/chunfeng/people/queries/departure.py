"""What is advised to somebody who wants to leave for work: go in good order, or a job first (D10, D11)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from chunfeng.people import rulebook
from chunfeng.people.choices import FactKind, FactValue, FollowUpReason
from chunfeng.people.models import Fact, FollowUp, Person
from chunfeng.people.queries import standing
from chunfeng.people.queries.messaging import families


class Verdict(TextChoices):
    """What is advised."""

    ORDERLY = "orderly", _("Return to work in good order")
    REFER = "refer", _("Advised against leaving: a job first")
    ASK = "ask", _("Advised against leaving until it is known whether a job is settled")
    STAYS = "stays", _("Does not want to leave")


@dataclass(frozen=True, slots=True)
class Advice:
    """The verdict, on whose word it rests, where the rule stands, and the referral under way."""

    verdict: Verdict
    wish: Fact | None
    job: Fact | None
    clause: rulebook.Clause
    referral: FollowUp | None

    @property
    def against(self) -> bool:
        """Whether leaving is advised against."""
        return self.verdict in (Verdict.REFER, Verdict.ASK)


def advice(people: Iterable[Person], on: date) -> dict[int, Advice]:
    """The advice to each of these people as of a day, by person. Three queries.

    Who wants to leave and has a job settled goes in good order; without one a job is found first; as long as
    nobody has stated whether there is one, leaving is advised against and it is asked.
    """
    rows = list(people)
    family = families(rows)
    said: dict[tuple[int, str], Fact] = {}
    facts = Fact.objects.filter(
        person__in=list(family), kind__in=(FactKind.INTENTION, FactKind.JOB), on__lte=on
    )
    for fact in sorted(facts, key=standing.rank):
        said[family[fact.person_id], fact.kind] = fact
    referrals = FollowUp.objects.filter(
        person__in=list(family), reason=FollowUpReason.JOB, closed_at__isnull=True
    )
    open_ones = {family[row.person_id]: row for row in referrals}
    clause = rulebook.departure(on)
    found = {}
    for person in rows:
        wish, job = said.get((person.pk, FactKind.INTENTION)), said.get((person.pk, FactKind.JOB))
        found[person.pk] = Advice(_verdict(wish, job), wish, job, clause, open_ones.get(person.pk))
    return found


def _verdict(wish: Fact | None, job: Fact | None) -> Verdict:
    if wish is None or wish.value != FactValue.LEAVES:
        return Verdict.STAYS
    if job is None:
        return Verdict.ASK
    return Verdict.ORDERLY if job.value == FactValue.HAS_JOB else Verdict.REFER
