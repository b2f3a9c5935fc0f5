"""Messages, ledgers and registrations in the story: advice to those who leave, people who are registered, who asks."""

from __future__ import annotations

import logging
from datetime import date, timedelta

from chunfeng.core import scope
from chunfeng.core.actor import SYSTEM, Actor
from chunfeng.notices.models import Emergency
from chunfeng.people import actions
from chunfeng.people.actions import mailings, referrals, registrations, requests
from chunfeng.people.actions.placement import declare_affected
from chunfeng.people.choices import Category, FactKind, FactValue, Occasion, Said
from chunfeng.people.messaging import library
from chunfeng.people.models import AffectedArea, Mailing, MessageTemplate, Person, Registration
from demo.telling import Say, Telling

CLAUSE = "吉人社演示发1号（三）"
SOURCE = "返乡人员台账（演示）"
DESTINATIONS = (
    "440300000000",
    "440100000000",
    "310000000000",
    "330100000000",
    "210100000000",
    "110000000000",
)
"""Where people want to go, the first ones most."""
ADVICE = (
    ("外出务工提示（往广东，演示）", "440000000000",
     "{name}您好，您计划前往{destination}务工。当地要求到达后先向社区和用工单位登记健康状况，请备好健康证明。"
     "本市组织包车，报名请联系{office}{phone}（演示）"),
    ("外出务工提示（往上海，演示）", "310000000000",
     "{name}您好，您计划前往{destination}务工。请先在网上登记来沪信息，落实住处和岗位后再出发。咨询{office}{phone}（演示）"),
)  # fmt: skip
HIT = "420000000000"
"""The province that counts as affected in the story."""


class Messages(Telling):
    """Told in two parts: templates and affected area before anybody is called, the rest after."""

    def __init__(self, *, today: date, seed: int, say: Say) -> None:
        with scope.applied(SYSTEM):
            super().__init__(today=today, seed=seed, say=say)
        self.county = self.actor("HR220184", "officer")

    def prepare(self) -> None:
        """The templates of the county, and the province that counts as affected, so that calls can rest on them."""
        by, at = self.county, self.at(9, 9)
        with scope.applied(by):
            actions.take_shipped(codes=[each.code for each in library.templates()], by=by, at=at)
            for name, destination, text in ADVICE:
                if not MessageTemplate.objects.filter(office_id=by.office_id, name=name).exists():
                    actions.add_template(
                        values={"name": name, "occasion": Occasion.TRAVEL, "channel": "sms", "text": text,
                                "destination": destination, "source": CLAUSE, "valid_from": at.date()},
                        by=by, at=at,
                    )  # fmt: skip
            emergency = Emergency.objects.order_by("pk").first()
            if emergency is not None and not AffectedArea.objects.filter(place=HIT).exists():
                declare_affected(
                    emergency=emergency, place=HIT, source=CLAUSE,
                    valid_from=self.today - timedelta(days=10), by=by, at=at,
                )  # fmt: skip

    def tell(self) -> None:
        """Who wants to leave, the advice to them, registrations, support and requests."""
        by = self.county
        with scope.applied(by):
            people = list(Person.objects.filter(merged_into__isnull=True).order_by("pk")[:260])
            self.wishes(people[:80], by)
            self.declines(people[:4], by)
        self.advice(by)
        with scope.applied(by):
            self.registered(people[120:140], by)
            self.supported(people[150:190], by)
            self.asked(people[200:205], by)
        log = logging.getLogger("chunfeng.people.messages")
        before, log.disabled = log.disabled, True  # a line for each message would bury the story
        sent = actions.deliver(now=self.at(0, 8)).sent
        log.disabled = before
        self.say(f"个人消息：已发出 {sent} 条（演示环境不接网关）")

    def wishes(self, people: list[Person], by: Actor) -> None:
        """Travel intentions with a destination, and whether a job is settled."""
        for person in people:
            day = self.today - timedelta(days=self.random.randrange(2, 8))
            place = self.random.choices(DESTINATIONS, weights=(9, 6, 5, 4, 3, 2))[0]
            stays = self.random.random() < 0.2
            said = {
                "person": person,
                "said": Said.SELF,
                "on": day,
                "source": SOURCE,
                "by": by,
                "at": self.at(2, 10),
            }
            actions.state_fact(
                kind=FactKind.INTENTION, value=FactValue.STAYS if stays else FactValue.LEAVES,
                place="" if stays else place, key="demo-wish", **said,
            )  # fmt: skip
            if not stays and (job := self.random.random()) < 0.8:
                value = FactValue.HAS_JOB if job < 0.5 else FactValue.NO_JOB
                actions.state_fact(kind=FactKind.JOB, value=value, key="demo-job", **said)
                if value == FactValue.NO_JOB and job < 0.65:
                    referrals.refer(person=person, by=by, at=self.at(2, 11))

    def declines(self, people: list[Person], by: Actor) -> None:
        """A few do not want text messages."""
        for person in people:
            actions.decline(person=person, channel="sms", source="来电说明（演示）", by=by, at=self.at(3, 15))

    def advice(self, by: Actor) -> None:
        """Travel advice to everybody who wants to leave, written in batches as a worker would."""
        with scope.applied(by):
            if Mailing.objects.filter(office_id=by.office_id, occasion=Occasion.TRAVEL).exists():
                return
            chosen = {"fact_kind": FactKind.INTENTION, "fact_value": FactValue.LEAVES}
            row = actions.draft_mailing(occasion=Occasion.TRAVEL, chosen=chosen, by=by, at=self.at(1, 9))
            actions.confirm_mailing(mailing=row, expected=row.expected, by=by, at=self.at(1, 9, 5))
        mailings.run_mailing(row.pk, self.at(1, 9, 6))

    def registered(self, people: list[Person], by: Actor) -> None:
        """Applications at every stage."""
        for n, person in enumerate(people):
            if Registration.objects.filter(person=person).exists() or not by.sees(
                person.current_area or person.area_code
            ):
                continue
            kind, ground, proofs = (
                ("unemployed", "dismissed", ["id", "ended"])
                if n % 3
                else ("hardship", "minimum", ["id", "allowance"])
            )
            row = registrations.apply(
                person=person, kind=kind, ground=ground, proofs=proofs if n % 5 else ["id"],
                applied_on=self.today - timedelta(days=6), by=by, at=self.at(6, 10),
            )  # fmt: skip
            if n % 5 and n % 4:
                registrations.grant(registration=row, by=by, at=self.at(4, 10))
            elif n % 4 == 0 and n:
                registrations.refuse(
                    registration=row, reason="已在外地就业参保（演示）", by=by, at=self.at(4, 11)
                )

    def supported(self, people: list[Person], by: Actor) -> None:
        """People who receive support, by source."""
        for person in people:
            source = self.random.choice(
                ("职业培训补贴（演示）", "公益性岗位补贴（演示）", "一次性求职补贴（演示）")
            )
            actions.set_category(
                person=person, category=Category.BENEFICIARY, valid_from=self.today - timedelta(days=30),
                source=source, by=by, at=self.at(5, 9),
            )  # fmt: skip

    def asked(self, people: list[Person], by: Actor) -> None:
        """Requests about own data: one late, one met, the others open."""
        wishes = (("copy", "想看登记了哪些内容", 20), ("correction", "名字写错了一个字", 9), ("copy", "要一份复印", 3),
                  ("deletion", "已不在本地，请删除", 2), ("correction", "电话换了", 1))  # fmt: skip
        for person, (kind, words, days) in zip(people, wishes, strict=False):
            row = requests.ask(
                person=person, kind=kind, asked=f"{words}（演示）", checked="当面核对身份证（演示）",
                asked_on=self.today - timedelta(days=days), by=by, at=self.at(days, 9),
            )  # fmt: skip
            if days == 9 and row.state == "open":
                requests.answer(
                    request=row, met=True, words="已按身份证更正（演示）", by=by, at=self.at(5, 9)
                )


class Templates(Messages):
    """The first part of it, before anybody is called."""

    def tell(self) -> None:
        """Templates and affected area; finds what is there already."""
        self.prepare()


def told() -> bool:
    """Whether this part was told to its end."""
    with scope.applied(SYSTEM):
        done = Mailing.objects.filter(occasion=Occasion.TRAVEL, state="done").exists()
        return done and Registration.objects.exists()
