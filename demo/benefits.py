"""The part about money: measures in force, claims in every state, a list for the public, a batch with the bank."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

from chunfeng.benefits import force
from chunfeng.benefits.actions import (
    beneficiaries,
    claims,
    decisions,
    finding,
    measures,
    objections,
    payees,
    payments,
)
from chunfeng.benefits.actions import publicity as lists
from chunfeng.benefits.bank import Reply
from chunfeng.benefits.models import Claim, MeasureVersion
from chunfeng.benefits.queries import covered
from chunfeng.benefits.queries import payments as money
from chunfeng.core import scope
from chunfeng.core.actor import SYSTEM, Actor
from chunfeng.offices import queries as offices
from chunfeng.offices.models import Posting
from chunfeng.people.models import Person
from demo import people as register
from demo import places
from demo.telling import Say, Telling

SKILL, GRANT = "skill-upgrade-subsidy", "demo-poor-worker-grant"
TEXT = Path(__file__).with_name("policies") / "poor-worker-grant.yaml"
FROM = {SKILL: date(2021, 1, 1), GRANT: date(2020, 1, 1)}
SECOND_ABOVE = 150_000
PHONE = "0434-0000000（演示）"
SOURCE = "人社部发〔2017〕40号 申领程序"
LEVELS = ("level_5", "level_4", "level_5", "level_4", "level_5", "level_5", "level_4", "level_3")
FIRST = 5
"""Claims decided, paid and answered by the bank; those behind them are still on their way."""


class Benefits(Telling):
    """Told after the register. One transaction: told in full or not at all."""

    def __init__(self, *, today: date, seed: int, say: Say) -> None:
        with scope.applied(SYSTEM):
            super().__init__(today=today, seed=seed, say=say)
            self.officer, self.leader = self.posted("county"), self.posted("county-leader")

    def posted(self, user: str) -> Actor:
        """The account of the demo, so that two pairs of eyes are two people."""
        return offices.actor_for(Posting.objects.select_related("user", "office").get(user__username=user))

    def tell(self) -> None:
        """Measures, then claims in every state, then money, then whom the register finds."""
        with scope.applied(SYSTEM):
            self.told_whole()

    def told_whole(self) -> None:
        """All of it, within one transaction."""
        self.measures()
        rows = self.people(14)
        if len(rows) < 14:
            return
        done = [self.claim(n, person, days_ago=12) for n, person in enumerate(rows[:FIRST])]
        for claim in done:
            decisions.decide(claim=claim, outcome="granted", by=self.officer, at=self.at(11, 10))
        self.publish(f"{self.today.year}年第一批", days_ago=11, days=5)
        self.bank()
        self.later(rows[FIRST:])
        self.found()
        self.say("待遇发放：技能提升补贴和一次性求职补助，含申领、公示、发放各环节")

    def measures(self) -> None:
        """One shipped measure taken by the province, one of the county's own, put in force by their leaders."""
        own = self.officer.area_code
        province = self.actor("HR22", "officer"), self.actor("HR22", "leader")
        if force.version_for(SKILL, self.today, own) is None:
            made = measures.take_shipped(code=SKILL, by=province[0], at=self.at(20, 9))
            self.put(made, province[1])
            self.details(made, province[0], publish_days=5)
        if force.version_for(GRANT, self.today, own) is None:
            made = measures.draft(text=TEXT.read_text(encoding="utf-8"), by=self.officer, at=self.at(20, 9))
            self.put(made, self.leader)
            self.details(made, self.officer, publish_days=0)

    def put(self, made: MeasureVersion, by: Actor) -> None:
        """In force from its first day on."""
        day = FROM[made.measure.code]
        measures.put_in_force(version=made, valid_from=day, by=by, at=self.at(20, 11))

    def details(self, made: MeasureVersion, by: Actor, *, publish_days: int) -> None:
        """Where to apply, telephones, when a second officer looks."""
        measures.set_details(
            measure=made.measure, where="县级人社局社会保险经办窗口（演示）", phone=PHONE, complaints=PHONE,
            second_above=SECOND_ABOVE, publish_days=publish_days, by=by, at=self.at(20, 12),
        )  # fmt: skip

    def people(self, n: int) -> list[Person]:
        """People of the county with a document."""
        rows = Person.objects.filter(
            datasets__dataset__name=register.DATASET, merged_into=None, id_number__isnull=False, id_doubt="",
            area_code__startswith=places.COUNTY[:6],
        )  # fmt: skip
        return list(rows.order_by("pk")[20 : 20 + n])

    def claim(self, n: int, person: Person, *, days_ago: int, account: bool = True, **facts: Any) -> Claim:
        """A claim with its facts, handed in."""
        claim = self.begun(n, person, days_ago=days_ago, account=account)
        day = self.today - timedelta(days=60 + n)
        given = {
            "insured_months": 40 + n, "certificate_level": LEVELS[n % len(LEVELS)], "certificate_on": day.isoformat(),
            "subsidy_applied_on": (self.today - timedelta(days=days_ago)).isoformat(),
        } | facts  # fmt: skip
        now: dict[str, Any] = {"by": self.officer, "at": self.at(days_ago, 10, n)}
        sources = dict.fromkeys(given, "declared")
        claims.state_facts(claim=claim, facts=given, sources=sources, **now)
        return claims.submit(claim=claim, **now)

    def begun(self, n: int, person: Person, *, days_ago: int, account: bool = True) -> Claim:
        """A claim with a beneficiary and an account, its facts not stated."""
        now: dict[str, Any] = {"by": self.officer, "at": self.at(days_ago, 9, n)}
        whom = beneficiaries.know_person(person=person, **now)
        if account:
            beneficiaries.set_account(
                beneficiary=whom, account=f"6217000000{n:09d}", bank="演示银行响水支行", **now
            )
        return claims.open_claim(
            code=SKILL, beneficiary=whom, on=self.today - timedelta(days=days_ago), case=f"证书演示{n:04d}",
            key=f"demo:{n}", **now,
        )  # fmt: skip

    def publish(self, title: str, *, days_ago: int, days: int) -> None:
        """A list with masked names."""
        first = self.today - timedelta(days=days_ago)
        lists.publish(
            measure=Claim.objects.get(key="demo:0").measure, title=f"{title}技能提升补贴公示（演示）", source=SOURCE,
            phone=PHONE, from_on=first, until_on=first + timedelta(days=days), by=self.officer,
            at=self.at(days_ago, 14),
        )  # fmt: skip

    def bank(self) -> None:
        """A batch: sent by the leader, acknowledged, answered; one line came back."""
        batch = payments.make_batch(by=self.officer, at=self.at(5, 9))
        if batch is None:
            return
        batch = payments.send_batch(batch=batch, by=self.leader, at=self.at(5, 10))
        batch = payments.acknowledge(batch=batch, sha256=batch.sha256, by=self.officer, at=self.at(5, 11))
        day, rows = self.today - timedelta(days=4), list(money.lines(batch))
        replies = [Reply(row.line or 0, row.amount, day) for row in rows[:-1]]
        replies.append(Reply(rows[-1].line or 0, rows[-1].amount, None, "账号与户名不符"))
        payments.reconcile(batch=batch, replies=replies, by=self.officer, at=self.at(3, 9))

    def later(self, rows: list[Person]) -> None:
        """Published, objected to, waiting for a second officer, refused, proposed, lacking facts, begun, withdrawn."""
        officer = self.officer
        granted = [self.claim(n, rows[n - FIRST], days_ago=2) for n in (5, 6)]
        for claim in granted:
            decisions.decide(claim=claim, outcome="granted", by=officer, at=self.at(1, 10))
        self.publish(f"{self.today.year}年第二批", days_ago=0, days=5)
        objections.raise_objection(
            claim=granted[1], text="该人员证书核发单位不明，请复核。", raised_by="演示群众", raised_on=self.today,
            by=officer, at=self.at(0, 9),
        )  # fmt: skip
        second = self.claim(7, rows[2], days_ago=2)
        self.payee(second)
        decisions.decide(claim=second, outcome="granted", by=officer, at=self.at(1, 11))
        refused = self.claim(8, rows[3], days_ago=2, insured_months=8)
        decisions.decide(claim=refused, outcome="refused", by=officer, at=self.at(1, 12))
        self.claim(9, rows[4], days_ago=1)
        self.claim(10, rows[5], days_ago=1, insured_months=None)
        self.begun(11, rows[6], days_ago=0, account=False)
        gone = self.begun(12, rows[7], days_ago=1)
        claims.withdraw(claim=gone, reason="本人表示证书尚未核发", by=officer, at=self.at(0, 10))

    def payee(self, claim: Claim) -> None:
        """Paid to somebody else, with a paper: the second officer sees it."""
        now: dict[str, Any] = {"by": self.officer, "at": self.at(2, 11)}
        paper = claims.attach(
            claim=claim,
            data="委托收款证明（演示）".encode(),
            name="委托书（演示）.txt",
            media_type="text/plain",
            **now,
        )
        payees.name_payee(
            claim=claim, relation="kin", name="演示亲属", account="6217000000000000099", bank="演示银行响水支行",
            reason="本人住院，委托配偶代收", paper=paper, **now,
        )  # fmt: skip

    def found(self) -> None:
        """A few poor workers the register knows are proposed; the others wait to be looked at."""
        version = force.version_for(GRANT, self.today, self.officer.area_code)
        if version is None:
            return
        with scope.applied(self.officer):
            met = covered.search(self.officer, version, self.today, most=1000).found
            chosen = [each.person.pk for each in met[:4]]
            finding.propose(version=version, people=chosen, on=self.today, by=self.officer, at=self.at(0, 8))


def told() -> bool:
    """Whether this part of the story is already in this database."""
    with scope.applied(SYSTEM):
        return Claim.objects.filter(key__startswith="demo:").exists()
