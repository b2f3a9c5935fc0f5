"""Isolation's part of the story: rules and an affected area, people day by day, the gate, a fever at a factory."""

from __future__ import annotations

from datetime import date, timedelta

from chunfeng.core import scope
from chunfeng.core.actor import SYSTEM, Actor
from chunfeng.notices.models import Emergency
from chunfeng.people import actions
from chunfeng.people.actions import entry, fever, follow_ups, health, isolation, placement, releasing, stock
from chunfeng.people.choices import Placement
from chunfeng.people.models import FollowUp, Isolation, Person, PlacementRule
from demo.people import DATASET
from demo.story import EVENT
from demo.telling import Say, Telling

HIT = "420000000000"
CLAUSE = "吉人社演示发1号（二）"
RULES = (
    "area-home", "area-hospital", "contact-central", "contact-hospital", "none-hospital", "none-enter",
)  # fmt: skip
DAYS_AGO = (16, 15, 14, 12, 11, 9, 8, 6, 5, 3, 2, 1)
"""When each person's isolation began."""
FIRM = "演示电子装配厂"


class Isolations(Telling):
    """Told after the people, in one transaction: in full or not at all."""

    def __init__(self, *, today: date, seed: int, say: Say) -> None:
        with scope.applied(SYSTEM):
            super().__init__(today=today, seed=seed, say=say)
            self.event = Emergency.objects.get(name=EVENT)

    def tell(self) -> None:
        """Rules, isolations with their records, releases, a gate, a fever case; then the nights are counted."""
        by = self.actor("HR220184", "officer")
        with scope.applied(by):
            self.rules(by)
            people = self.people()
            rows = [row for n, ago in enumerate(DAYS_AGO) if (row := self.isolated(people[n], ago, by))]
            for n, row in enumerate(rows):
                self.days(row, n, by)
            self.released(rows, by)
            self.followed(by)
            self.gate(people[len(DAYS_AGO) :], by)
            self.fever(people[-1], people[-4:-1], by)
        stock.watch(now=self.at(0, 1))
        self.say(f"隔离观察：{len(rows)} 人，规则 {len(RULES)} 条")

    def rules(self, by: Actor) -> None:
        """What the county takes into use from the library, and the area that counts as affected."""
        since = self.today - timedelta(days=25)
        at = self.at(25, 9)
        placement.declare_affected(
            emergency=self.event, place=HIT, risk="重点", source=CLAUSE, valid_from=since, by=by, at=at
        )
        for code in RULES:
            placement.take_from_library(code=code, emergency=self.event, valid_from=since, by=by, at=at)

    def people(self) -> list[Person]:
        """Those of the ledger who worked in the hit area, then others."""
        rows = Person.objects.filter(datasets__dataset__name=DATASET, merged_into=None).order_by("pk")
        hit = list(rows.filter(work_area__startswith="42")[: len(DAYS_AGO)])
        others = list(rows.exclude(work_area__startswith="42")[40:48])
        return hit + others

    def isolated(self, person: Person, ago: int, by: Actor) -> Isolation | None:
        """Opened on the morning of the day the person came back."""
        placed = isolation.place(
            person=person, exposure="area", symptoms=False, since=self.today - timedelta(days=ago), place="家中",
            by=by, at=self.at(ago, 9),
        )  # fmt: skip
        return placed.isolation

    def days(self, row: Isolation, n: int, by: Actor) -> None:
        """A record a day, here and there one missing; two fall ill, one of them goes to hospital."""
        day = row.starts_on
        while day < self.today:
            ago = (self.today - day).days
            ill = (n, (day - row.starts_on).days) in {(4, 3), (7, 2)}
            if ill or n in (0, 1) or self.random.random() > 0.04:
                degrees = 38.4 if ill else 36.2 + self.random.randrange(8) / 10
                health.record_health(
                    isolation=row, on=day, temperature=f"{degrees:.1f}", symptoms=["cough"] if ill else [],
                    key=f"demo:{row.pk}:{day}", by=by, at=self.at(ago, 17),
                )  # fmt: skip
            if ill and n == 7:
                ward = PlacementRule.objects.get(
                    placement=Placement.HOSPITAL, exposure="area", office_id=by.office_id
                )
                releasing.move(
                    isolation=row,
                    rule=ward,
                    reason="发热伴咳嗽",
                    place="定点医院",
                    by=by,
                    at=self.at(ago, 18),
                )
                return
            day += timedelta(days=1)

    def released(self, rows: list[Isolation], by: Actor) -> None:
        """The first two are released and handed over; the third waits for the decision."""
        for n, row in enumerate(rows[:2]):
            done = releasing.release(
                isolation=row, handed_to="community", handed_name="户籍所在村", by=by, at=self.at(1, 10 + n)
            )
            if n == 0:
                releasing.confirm_hand_over(isolation=done, by=by, at=self.at(1, 15))

    def followed(self, by: Actor) -> None:
        """Who fell ill is asked again."""
        for row in FollowUp.objects.order_by("pk")[:2]:
            follow_ups.ask_again(
                follow_up=row, note="体温已降，仍有咳嗽", key=f"demo-ask-{row.pk}", by=by, at=self.at(1, 11)
            )

    def gate(self, people: list[Person], by: Actor) -> None:
        """Two stand at the gate: one may enter, one comes from the hit area."""
        for n, person in enumerate(people[:2]):
            entry.decide_entry(
                person=person, origin=HIT if n else "220100000000", left_on=self.today - timedelta(days=2),
                symptoms=[], temperature="36.5", handed_to="employer", handed_name=person.employer or FIRM,
                key=f"demo-gate-{n}", by=by, at=self.at(0, 8, n),
            )  # fmt: skip

    def fever(self, person: Person, mates: list[Person], by: Actor) -> None:
        """A fever at a factory: isolated, reported, fellow workers listed; the hospital is still missing."""
        county = "220184000000"
        for each in (person, *mates):
            each.refresh_from_db()
            actions.change_person(
                person=each, version=each.version, values={"employer": FIRM, "work_area": county}, by=by,
                at=self.at(1, 8),
            )  # fmt: skip
        person.refresh_from_db()
        case = fever.open_case(
            person=person,
            employer=FIRM,
            found_at=self.at(0, 7),
            temperature="38.1",
            by=by,
            at=self.at(0, 7, 10),
        )
        fever.isolate(case=case, place="厂区临时隔离间", by=by, at=self.at(0, 7, 20))
        fever.report(case=case, by=by, at=self.at(0, 7, 40))
        fever.list_fellows(case=case, by=by, at=self.at(0, 8))


def told() -> bool:
    """Whether this part of the story is already in this database."""
    with scope.applied(SYSTEM):
        return PlacementRule.objects.filter(emergency__name=EVENT).exists()
