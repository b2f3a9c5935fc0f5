"""Visits and registrations in the story: a street visits its returnees, registers outsiders, helps households.

Everything goes through the actions of the pages, under keys made from the people, so that it can be told again.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from chunfeng.areas import actions as area_actions
from chunfeng.areas.models import Area
from chunfeng.core import scope
from chunfeng.core.actor import SYSTEM, Actor
from chunfeng.notices.models import Emergency
from chunfeng.offices import actions as offices
from chunfeng.offices.models import Office, Responsibility
from chunfeng.people.actions import placement
from chunfeng.people.actions.arriving import Newcomer
from chunfeng.people.actions.households import assign_cell
from chunfeng.people.actions.points import keep_point
from chunfeng.people.actions.registering import write_down
from chunfeng.people.choices import Category, ContactKind, Outcome
from chunfeng.people.kinds import KINDS
from chunfeng.people.models import ContactRecord, Dataset, Household, Person
from chunfeng.people.queries import affected, due, register
from demo import people, places
from demo.telling import Say, Telling

CELL_VILLAGES, CELLS, CELL_SIZE = 3, 2, 10
VISITS, FILES, HELPED, ASKED, SERVED = 18, 6, 5, 5, 6
HIT = ("420000000000", "420100000000")
ORDER = "吉人社演示发1号（二）"
PLANT = "演示汽车零部件厂"
NEEDS = ("缺口罩和常用药", "买菜不方便", "想找本地的工作")
NOTES = ("门口交谈，家人都好", "已发《居家观察告知书》", "电话约好上午去的")


class Contacts(Telling):
    """Told after the register and the calls."""

    def __init__(self, *, today: date, seed: int, say: Say) -> None:
        with scope.applied(SYSTEM):
            super().__init__(today=today, seed=seed, say=say)
        self.seed = seed

    def tell(self) -> None:
        """What counts as affected, cells and points, then the work of the villages."""
        by = self.actor("HR220184", "officer")
        with scope.applied(by):
            self.declared(by)
            self.points(by)
        with scope.applied(SYSTEM):
            found = Office.objects.filter(code__startswith=f"V{people.STREET[:9]}").order_by("code")
            villages = [self.actor_of(office, "caller") for office in found]
        if not villages:
            return
        for village in villages[:CELL_VILLAGES]:
            self.cells(village, by)
        self.newcomers(villages, by)
        self.visits(villages)
        self.others(villages)
        with scope.applied(SYSTEM):
            done = ContactRecord.objects.filter(key__startswith="demo-contact-").count()
        with scope.applied(by):
            left = len(due.left(due.group(by, ContactKind.VISIT, self.today)))
        self.say(f"走访登记：{done} 条，尚未走访 {left} 人")

    def declared(self, by: Actor) -> None:
        """The county says which province counts as affected and which rule follows, where nobody has yet."""
        event = Emergency.objects.order_by("pk").first()
        if event is None or affected.affected_codes(by, self.today):
            return
        since = self.today - timedelta(days=20)
        placement.declare_affected(
            emergency=event, place=HIT[0], source=ORDER, valid_from=since, by=by, at=self.at(4, 9)
        )
        placement.take_from_library(
            code="area-home", emergency=event, valid_from=since, by=by, at=self.at(4, 9)
        )

    def points(self, by: Actor) -> None:
        """Two service points and a broker of the street."""
        for n, (kind, name, phone) in enumerate(
            (("point", "演示街道劳务服务站", "15412340101"), ("point", "演示村级服务点", "15412340102"),
             ("broker", "演示劳务经纪人甲", "15412340103"))
        ):  # fmt: skip
            keep_point(
                kind=kind, name=name, area_code=people.STREET, contact_name="演示经办人", phone=phone,
                works_in=[HIT[1], "330300000000"] if kind == "broker" else [HIT[1]],
                note="每周一、三在村部" if n == 1 else "", by=by, at=self.at(4, 10),
            )  # fmt: skip

    def cells(self, village: Actor, by: Actor) -> None:
        """Ten households a cell, each cell with its head."""
        with scope.applied(SYSTEM):
            known = list(Area.objects.filter(parent_code=village.area_code, kind="cell").order_by("code"))
            for n in range(len(known), CELLS):
                known.append(
                    area_actions.add_local_area(
                        parent=village.area_code,
                        name=f"第{'一二三'[n]}网格",
                        kind="cell",
                        by=SYSTEM,
                        at=self.at(4, 9),
                    )
                )
        with scope.applied(by):
            for n, cell in enumerate(known):
                if not Responsibility.objects.filter(area_code=cell.code).exists():
                    offices.name_responsible(
                        area_code=cell.code, office=self.names["HR220184"], person=f"演示网格长{'甲乙丙'[n]}",
                        post="网格长", valid_from=self.today - timedelta(days=4), by=by, at=self.at(4, 10),
                    )  # fmt: skip
        with scope.applied(village):
            homes = Household.objects.filter(area_code=village.area_code).order_by("pk")
            for n, cell in enumerate(known):
                chosen = list(homes[n * CELL_SIZE : (n + 1) * CELL_SIZE])
                if chosen:
                    assign_cell(households=chosen, cell_code=cell.code, by=village, at=self.at(3, 10))

    def visits(self, villages: list[Actor]) -> None:
        """Part of those who came back are visited, a few not at home; some get their file."""
        made = 0
        for village in villages:
            with scope.applied(village):
                waiting = due.people(due.group(village, ContactKind.VISIT, self.today))
                for person in waiting:
                    luck = random.Random(f"{self.seed} visit {person.pk}")
                    if made >= VISITS or luck.random() < 0.35:
                        continue
                    made += 1
                    self.visit(village, person, luck)
                    if made <= FILES:
                        self.filed(village, person, luck)

    def visit(self, village: Actor, person: Any, luck: random.Random) -> None:
        """One household visit."""
        if luck.random() < 0.12:
            self.down(
                "visit", village, person, {}, luck, outcome=Outcome.NO_ANSWER, note="家中无人，已贴告知书"
            )
            return
        need = luck.random() < 0.2
        answers = self.came(person) | {
            "home": "yes" if person.area_code == person.spot else "no", "touched": "no",
            "degrees": luck.choice((36.2, 36.4, 36.5, 36.7)), "symptoms": "none", "need": "yes" if need else "no",
        }  # fmt: skip
        self.down(
            "visit", village, person, answers | ({"what": luck.choice(NEEDS)} if need else {}), luck,
            note=luck.choice(NOTES),
        )  # fmt: skip

    def filed(self, village: Actor, person: Any, luck: random.Random) -> None:
        """The personal file of somebody visited."""
        how = luck.choice(("train", "coach", "car"))
        answers = self.came(person) | {
            "how": how, "stays": "home", "address": "演示地址（自家）", "within": village.area_code, "touched": "no",
            "degrees": 36.5, "symptoms": "none",
        }  # fmt: skip
        self.down("file", village, person, answers | ({} if how == "car" else {"trip": "演示车次"}), luck)

    def came(self, person: Any) -> dict[str, Any]:
        """Where from and since when, as the form fills it in."""
        return {"from": person.work_area or HIT[1], "came": min(person.since, self.today).isoformat()}

    def others(self, villages: list[Actor]) -> None:
        """Households helped, students asked, services given; the rest stays on the lists."""
        helped = self.chosen(villages, due.VULNERABLE, HELPED)
        asked = self.chosen(villages, (Category.STUDENT,), ASKED)
        served = self.chosen(villages, (Category.OUTGOING,), SERVED)
        for village, person, luck in helped:
            answers = {
                "gave": luck.sample(["visit", "clean", "goods", "masks"], 2),
                "need": "no",
                "symptoms": "none",
            }
            self.down("help", village, person, answers, luck)
        for n, (village, person, luck) in enumerate(asked):
            where = (
                {"where": "home", "at": village.area_code}
                if n % 2
                else {"where": "campus", "room": "演示宿舍"}
            )
            answers = {
                "campus": "演示技工学校",
                "symptoms": "none",
                "told": ["phone", "chat"],
                "need": "no",
            } | where
            self.down("student", village, person, answers, luck)
        for n, (village, person, luck) in enumerate(served):
            plan = {"plan": "leave", "to": HIT[1]} if n % 3 == 0 else {"plan": "stay"}
            job = {"job": "no" if n % 2 else "yes", "skill": "会开叉车"}
            self.down("service", village, person, {"gave": ["policy", "jobs"]} | plan | job, luck)

    def chosen(
        self, villages: list[Actor], categories: tuple[str, ...], most: int
    ) -> Iterator[tuple[Actor, Person, random.Random]]:
        """The first people of some categories, each with the village that looks after them."""
        by_area = {village.area_code: village for village in villages}
        with scope.applied(SYSTEM):
            rows = register.people(SYSTEM).filter(categories__category__in=categories, area_code__in=by_area)
            found = list(rows.distinct().order_by("pk")[:most])
        for person in found:
            yield by_area[person.area_code], person, random.Random(f"{self.seed} {categories[0]} {person.pk}")

    def newcomers(self, villages: list[Actor], by: Actor) -> None:
        """Outsiders, a traveller and visitors at the gate of a plant, entered with their record."""
        with scope.applied(by):
            into = Dataset.objects.get(name=people.DATASET)
        health = {"degrees": 36.6, "symptoms": "none"}
        came = (self.today - timedelta(days=1)).isoformat()
        outsider = {
            "from": "330300000000",
            "came": came,
            "purpose": "kin",
            "stayed": "no",
            "touched": "no",
        } | health
        traveller = {
            "way": "arrives", "from": HIT[1], "to": places.COUNTY, "day": self.today.isoformat(), "how": "train",
            "trip": "演示车次", "stayed": "no", "touched": "no",
        } | health  # fmt: skip
        visitor = {"unit": PLANT, "from": places.PREFECTURE, "purpose": "goods", "stayed": "no"} | health
        told: tuple[tuple[str, dict[str, Any], str], ...] = (
            ("outsider", outsider, "330300000000"),
            (
                "outsider",
                outsider | {"from": HIT[1], "stayed": "yes", "purpose": "work", "host": PLANT},
                HIT[1],
            ),
            ("outsider", outsider | {"purpose": "trade", "from": "440300000000"}, "440300000000"),
            ("traveller", traveller, places.COUNTY),
            ("visitor", visitor, "220102000000"),
            ("visitor", visitor | {"purpose": "hire", "degrees": 38.1, "symptoms": "fever"}, "220102000000"),
            ("visitor", visitor | {"purpose": "trade", "met": "采购部"}, "220102000000"),
        )
        for n, (kind, answers, home) in enumerate(told):
            village = villages[n % len(villages)]
            values = {
                "name": f"演示来客{'甲乙丙丁戊己庚'[n]}",
                "area_code": home,
                "current_area": village.area_code,
            }
            who = Newcomer(into, values, [f"1541234020{n}"])
            with scope.applied(village):
                write_down(
                    kind=KINDS[kind], person=who, answers=answers, key=f"demo-contact-{kind}-{n}", by=village,
                    at=self.at(0, 8, 5 * n),
                )  # fmt: skip

    def down(
        self,
        kind: str,
        village: Actor,
        person: Any,
        answers: dict[str, Any],
        luck: random.Random,
        **more: Any,
    ) -> None:
        """One contact of a village with somebody of the register."""
        with scope.applied(village):
            write_down(
                kind=KINDS[kind], person=person, answers=answers, key=f"demo-contact-{kind}-{person.pk}", by=village,
                at=self.at(0, 8, luck.randrange(55)), **more,
            )  # fmt: skip


def told() -> bool:
    """Whether this part of the story is already in this database, to its end."""
    with scope.applied(SYSTEM):
        return ContactRecord.objects.filter(key__startswith="demo-contact-service-").count() >= SERVED
