"""Work injuries on the green channel in every state, and two months of epidemic work days on their way to payment."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from chunfeng.benefits import files, force
from chunfeng.benefits.actions import injuries, listpay, measures, payments, workdays, worklists
from chunfeng.benefits.bank import Reply
from chunfeng.benefits.models import InjuryCase, MeasureVersion, WorkList
from chunfeng.benefits.queries import payments as money
from chunfeng.core import scope
from chunfeng.core.actor import SYSTEM, Actor
from chunfeng.core.identifiers import check_digit
from chunfeng.offices import queries as offices
from chunfeng.offices.models import Posting
from demo.telling import Say, Telling

SUBSIDY, RULE, CLOCK = "temporary-work-subsidy", "work-injury-epidemic-staff", "work-injury-clock"
APPLICATION, GREEN = "work-injury-application", "demo-injury-green-channel"
TEXT = Path(__file__).with_name("policies") / "injury-green-channel.yaml"
PHONE = "0434-0000000（演示）"
SOURCE = "财社〔2020〕2号 二"
HOSPITAL, CLINIC, CENTRE, STATION = "演示市人民医院", "演示镇卫生院", "演示市疾控中心", "演示留观站"
GOOD = {"duty_role": "medical", "infected": True, "on_duty": True, "injury_insured": True}
PROOFS = ("工伤认定申请表", "医疗诊断证明")


class Work(Telling):
    """Told after measures and benefits. One transaction: told in full or not at all."""

    def __init__(self, *, today: date, seed: int, say: Say) -> None:
        with scope.applied(SYSTEM):
            super().__init__(today=today, seed=seed, say=say)
            self.officer, self.leader = self.posted("county"), self.posted("county-leader")
            self.town = self.posted("town")

    def posted(self, user: str) -> Actor:
        """The account of the demo, so that two pairs of eyes are two people."""
        return offices.actor_for(Posting.objects.select_related("user", "office").get(user__username=user))

    def tell(self) -> None:
        """The measures that lack, then cases, then lists."""
        with scope.applied(SYSTEM):
            self.measures()
            if any(
                force.version_for(code, self.today, self.town.area_code) is None for code in (SUBSIDY, RULE)
            ):
                return
            self.injuries()
            self.lists()
            self.say("工伤认定绿色通道 6 件，防疫工作名册两个月：审核、公示、发放、逾期各环节")

    def measures(self) -> None:
        """What the part about measures has not put in force: the term to apply, and the county's green channel."""
        if force.version_for(APPLICATION, self.today, self.officer.area_code) is None:
            self.put(measures.take_shipped(code=APPLICATION, by=self.officer, at=self.at(28, 9)))
        if not force.refinements(CLOCK, self.today, self.officer.area_code):
            text = TEXT.read_text(encoding="utf-8")
            self.put(measures.draft(text=text, by=self.officer, at=self.at(28, 9)))

    def put(self, made: MeasureVersion) -> None:
        """In force from the first day its text allows."""
        first = files.read(made.text).contents.first or self.today
        measures.put_in_force(version=made, valid_from=first, by=self.leader, at=self.at(28, 15))

    def injuries(self) -> None:
        """Just taken in; papers missing; accepted and overdue; recognised; served; not recognised."""
        self.case(1, 3)
        told = self.case(2, 6)
        injuries.tell_missing(case=told, missing=PROOFS[1:], by=self.officer, at=self.at(5, 10))
        self.accepted(3, 9, 5, GOOD)
        paid_by_unit = GOOD | {"injury_insured": False, "finance_supported": True}
        self.decided(4, 12, 4, paid_by_unit)
        served = self.decided(5, 20, 15, GOOD | {"duty_role": "related"}, died=True)
        injuries.serve(
            case=served, served_on=self.today - timedelta(days=12), how="直接送达，家属签收", by=self.officer,
            at=self.at(12, 16),
        )  # fmt: skip
        self.decided(6, 18, 10, GOOD | {"on_duty": False})

    def case(self, n: int, days_ago: int, **more: Any) -> InjuryCase:
        """An application taken in."""
        return injuries.apply(
            name=f"演示医护{n}", document=document(400 + n), employer=HOSPITAL, occupation="护士" if n % 2 else "医生",
            applicant="worker" if n == 2 else "employer", happened_on=self.today - timedelta(days=days_ago + 4),
            applied_on=self.today - timedelta(days=days_ago), key=f"demo:{n}", by=self.officer,
            at=self.at(days_ago, 9, n), **more,
        )  # fmt: skip

    def accepted(
        self, n: int, days_ago: int, accepted: int, facts: dict[str, Any], **more: Any
    ) -> InjuryCase:
        """With facts and papers, accepted for decision."""
        case, now = self.case(n, days_ago, **more), {"by": self.officer, "at": self.at(accepted, 10, n)}
        sources = dict.fromkeys(facts, "declared")
        injuries.state_facts(case=case, facts=facts, sources=sources, **now)
        for name in injuries.needed(case)[:3]:
            data = f"{name}（演示）".encode()
            injuries.attach(
                case=case, data=data, name=f"{name}.txt", media_type="text/plain", proves=name, **now
            )
        return injuries.accept(case=case, clear=True, **now)

    def decided(self, n: int, days_ago: int, accepted: int, facts: dict[str, Any], **more: Any) -> InjuryCase:
        """Decided by somebody else as the rule proposes."""
        case = self.accepted(n, days_ago, accepted, facts, **more)
        return injuries.decide(
            case=case, recognised=facts["on_duty"], by=self.leader, at=self.at(accepted - 2, 11, n)
        )

    def lists(self) -> None:
        """The month before last is paid or approved; of the last one every state is there, and one unit is silent."""
        last = (self.today.replace(day=1) - timedelta(days=1)).replace(day=1)
        older = (last - timedelta(days=1)).replace(day=1)
        paid = self.filled(HOSPITAL, older, range(1, 9), self.officer, 25)
        self.approved(paid, 24)
        self.approved(self.filled(STATION, older, range(21, 24), self.officer, 25), 24)
        self.bank()
        self.approved(self.filled(CLINIC, older, range(11, 15), self.town, 25), 22)
        in_time = max(self.today.day - 8, 0)
        shown = self.filled(HOSPITAL, last, range(1, 9), self.officer, in_time)
        worklists.submit(row=shown, by=self.officer, at=self.at(in_time, 9))
        worklists.check(row=shown, by=self.leader, at=self.at(in_time, 10))
        self.publish(shown, 0)
        handed = self.filled(CLINIC, last, range(11, 15), self.town, in_time)
        worklists.submit(row=handed, by=self.town, at=self.at(in_time, 9))
        self.filled(CENTRE, last, range(31, 34), self.officer, 0)

    def filled(self, unit: str, month: date, people: Sequence[int], by: Actor, days_ago: int) -> WorkList:
        """A list with the days of its people; who works where and how long follows from the number."""
        at = self.at(days_ago, 8)
        row = worklists.open_list(unit=f"{unit}（演示）", month=month, code=SUBSIDY, by=by, at=at)
        end = min(workdays.last_day(month), self.today)
        lines = []
        for n in people:
            for day in range(1 + n % 3, end.day + 1):
                if (day + n) % 2 and n != 1:
                    continue
                lines.append(
                    {
                        "name": f"演示防疫员{n}", "document": document(500 + n),
                        "role": "medic" if n < 20 else "prevention",
                        "on": str(day), "work_class": "direct" if n % 3 else "other", "minutes": "480",
                        "account": f"6217000500{n:09d}", "bank": "演示银行响水支行",
                    }
                )  # fmt: skip
        workdays.state_days(row=row, lines=list(enumerate(lines, start=2)), dry_run=False, by=by, at=at)
        return row

    def approved(self, row: WorkList, days_ago: int) -> None:
        """Handed in, checked, shown for five days, approved."""
        submitter = self.town if row.unit.startswith(CLINIC) else self.officer
        worklists.submit(row=row, by=submitter, at=self.at(days_ago, 9))
        worklists.check(row=row, by=self.leader, at=self.at(days_ago, 11))
        self.publish(row, days_ago)
        listpay.approve(row=row, by=self.leader, at=self.at(days_ago - 6, 9))
        listpay.confirm(row=row, by=self.officer, at=self.at(days_ago - 6, 10))

    def publish(self, row: WorkList, days_ago: int) -> None:
        """Shown with masked names from that day on."""
        first = self.today - timedelta(days=days_ago)
        listpay.publish(
            row=row, source=SOURCE, phone=PHONE, from_on=first, until_on=first + timedelta(days=5), by=self.leader,
            at=self.at(days_ago, 14),
        )  # fmt: skip

    def bank(self) -> None:
        """A batch of the subsidy: sent, acknowledged, paid."""
        batch = payments.make_batch(by=self.officer, at=self.at(17, 9), measure=SUBSIDY)
        if batch is None:
            return
        batch = payments.send_batch(batch=batch, by=self.leader, at=self.at(17, 10))
        batch = payments.acknowledge(batch=batch, sha256=batch.sha256, by=self.officer, at=self.at(17, 11))
        day = self.today - timedelta(days=16)
        replies = [Reply(row.line or 0, row.amount, day) for row in money.lines(batch)]
        payments.reconcile(batch=batch, replies=replies, by=self.officer, at=self.at(16, 9))


def document(serial: int) -> str:
    """A valid number of nobody."""
    first = f"22018419800515{serial:03}"
    return first + check_digit(first)


def told() -> bool:
    """Whether this part of the story is already in this database."""
    with scope.applied(SYSTEM):
        return InjuryCase.objects.filter(key__startswith="demo:").exists()
