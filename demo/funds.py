"""Firms that got a refund and account for it: one wholly, one in part and late, one just paid, one on its way."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

from chunfeng.areas import queries as areas
from chunfeng.benefits import force
from chunfeng.benefits.actions import beneficiaries, claims, decisions, funds, measures, payments
from chunfeng.benefits.bank import Reply
from chunfeng.benefits.models import Claim, FundUse, Payment
from chunfeng.benefits.queries import payments as money
from chunfeng.core import identifiers, scope
from chunfeng.core.actor import SYSTEM, Actor
from chunfeng.offices import queries as offices
from chunfeng.offices.models import Posting
from demo import places
from demo.telling import Say, Telling

REFUND, RULES = "demo-firm-refund", "refund-use-of-funds"
TEXT = Path(__file__).with_name("policies") / "firm-refund.yaml"
FIRMS = (
    ("响水演示农机有限公司", 96_000_00),
    ("范家屯演示食品有限公司", 60_000_00),
    ("演示纺织有限公司", 42_000_50),
)
WAITS = ("演示包装有限公司", 18_000_00)
DAYS = 30


class Funds(Telling):
    """Told after the measures. One transaction: told in full or not at all."""

    def __init__(self, *, today: date, seed: int, say: Say) -> None:
        with scope.applied(SYSTEM):
            super().__init__(today=today, seed=seed, say=say)
            self.officer, self.leader = self.posted("county"), self.posted("county-leader")
            self.towns = [row.code for row in areas.children(places.COUNTY, today)] or [places.COUNTY]

    def posted(self, user: str) -> Actor:
        """The account of the demo, so that two pairs of eyes are two people."""
        return offices.actor_for(Posting.objects.select_related("user", "office").get(user__username=user))

    def tell(self) -> None:
        """The measures, then the firms."""
        with scope.applied(SYSTEM):
            self.put_in_force()
            self.pay(0, days_ago=60)
            self.pay(1, days_ago=60)
            self.pay(2, days_ago=12)
            self.claim(len(FIRMS), *WAITS, days_ago=1)
            self.account()
        self.say("资金使用：三家企业的稳岗返还，含用途报告、冲销和逾期")

    def put_in_force(self) -> None:
        """The county's own refund, and the shipped rules by which its use is judged."""
        now: dict[str, Any] = {"by": self.officer, "at": self.at(90, 9)}
        for code in (RULES, REFUND):
            if force.version_for(code, self.today, self.officer.area_code) is not None:
                continue
            made = (
                measures.take_shipped(code=code, **now)
                if code == RULES
                else measures.draft(text=TEXT.read_text(encoding="utf-8"), **now)
            )
            measures.put_in_force(
                version=made, valid_from=date(2020, 1, 1), by=self.leader, at=self.at(90, 11)
            )
            if code == REFUND:
                measures.set_use(measure=made.measure, rules=RULES, days=DAYS, **now)

    def claim(self, n: int, name: str, contributions: int, *, days_ago: int) -> Claim:
        """A firm's claim with the staff who left."""
        body = f"91220184MA0DEM{n:03d}"
        whom = beneficiaries.know_unit(
            name=name, credit_code=body + identifiers.credit_check(body), area_code=self.towns[n % len(self.towns)],
            by=self.officer, at=self.at(days_ago, 9),
        )  # fmt: skip
        now: dict[str, Any] = {"by": self.officer, "at": self.at(days_ago, 9, n)}
        beneficiaries.set_account(
            beneficiary=whom, account=f"2200000000{n:09d}", bank="演示银行响水支行", **now
        )
        on = self.today - timedelta(days=days_ago)
        claim = claims.open_claim(code=REFUND, beneficiary=whom, on=on, key=f"demo-funds:{n}", **now)
        left = [
            {"left_on": f"{on.year - 1}-0{4 + n}-15", "reason": "laid_off"},
            {"left_on": f"{on.year - 1}-09-01", "reason": "other"},
        ]
        facts = {"contributions_paid": contributions, "departures": left}
        claims.state_facts(claim=claim, facts=facts, sources=dict.fromkeys(facts, "declared"), **now)
        return claims.submit(claim=claim, **now)

    def pay(self, n: int, *, days_ago: int) -> None:
        """Granted, and paid by a batch of its own."""
        claim = self.claim(n, *FIRMS[n], days_ago=days_ago)
        now: dict[str, Any] = {"by": self.officer, "at": self.at(days_ago - 1, 10)}
        decisions.decide(claim=claim, outcome="granted", **now)
        batch = payments.make_batch(measure=REFUND, **now)
        assert batch is not None
        batch = payments.send_batch(batch=batch, by=self.leader, at=self.at(days_ago - 1, 15))
        day = self.today - timedelta(days=days_ago - 2)
        replies = [Reply(row.line or 0, row.amount, day) for row in money.lines(batch)]
        payments.reconcile(batch=batch, replies=replies, by=self.officer, at=self.at(days_ago - 3, 9))

    def account(self) -> None:
        """What the first used all of, and the second a part of, with a mistake taken back."""
        whole, part = (Payment.objects.get(decision__claim__key=f"demo-funds:{n}") for n in (0, 1))
        third = whole.amount // 3
        self.use(whole, "social_insurance", third, 40, "社保缴费回单")
        self.use(whole, "skill_training", third, 35, "技能培训发票")
        self.use(whole, "living_aid", whole.amount - 2 * third, 33, "生活补助发放表")
        self.use(part, "retraining", 8_000_00, 38, "转岗培训协议")
        wrong = self.use(part, "living_aid", 6_800_00, 36, "工资表")
        funds.correct(entry=wrong, reason="金额录入有误，应为6080元", by=self.officer, at=self.at(35, 11))
        self.use(part, "living_aid", 6_080_00, 35, "生活补助发放表")
        self.use(part, "other", 1_200_00, 34, "设备维修发票")

    def use(self, payment: Payment, purpose: str, amount: int, days_ago: int, voucher: str) -> FundUse:
        """One entry."""
        spent = self.today - timedelta(days=days_ago)
        return funds.account_for(
            payment=payment, purpose=purpose, amount=amount, spent_on=spent, voucher=f"{voucher}（演示）",
            key=f"demo-funds:{payment.pk}:{purpose}:{amount}", by=self.officer, at=self.at(days_ago - 1, 10),
        )  # fmt: skip


def told() -> bool:
    """Whether this part of the story is already in this database."""
    with scope.applied(SYSTEM):
        return Claim.objects.filter(key__startswith="demo-funds:").exists()
