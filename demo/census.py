"""The census's part of the story: a county rings round its returnees; a second round waits for the village's caller.

The answers go in by the address that telephones use, in the batches in which telephones send them.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.test import Client
from django.urls import reverse

from chunfeng.core import scope
from chunfeng.core.actor import SYSTEM, Actor
from chunfeng.core.models import User
from chunfeng.notices.models import Clause
from chunfeng.offices import actions as offices
from chunfeng.offices.models import Office, Posting
from chunfeng.people.actions import campaigns
from chunfeng.people.choices import CallState, CampaignState, Category
from chunfeng.people.models import CallItem, Campaign, Dataset
from chunfeng.people.scripts import library
from demo import people
from demo.telling import Say, Telling

RETURNEES = "返乡人员电话摸排（演示）"
TRAVEL = "外出务工意愿摸排（演示）"
ORDER = "公人社演示发"
"""The agency code of the notice whose first clause orders the calls."""
BATCH = 50
NEEDS = ("买菜不方便", "想找本地的工作", "家里老人需要照看", "想问社保怎么缴")


class Census(Telling):
    """Told after the register. Safe to tell again: keys of answers are made from the entries."""

    def __init__(self, *, today: date, seed: int, say: Say) -> None:
        with scope.applied(SYSTEM):
            super().__init__(today=today, seed=seed, say=say)
        self.seed = seed

    def tell(self) -> None:
        """Callers, the round of returnees with its answers, then the round that is still to be called."""
        by = self.actor("HR220184", "officer")
        with scope.applied(SYSTEM), transaction.atomic():
            self.callers()
        with scope.applied(by):
            returnees = self.round(by, RETURNEES, "returnee-call", {"categories": [Category.RETURNING]}, 3)
        for caller in self.posted():
            self.send(caller, self.answers(returnees, caller))
        self.contested(returnees)
        with scope.applied(SYSTEM):
            desk = Posting.objects.filter(user__username="village").select_related("office").first()
        if desk is not None:
            with scope.applied(by):
                self.round(by, TRAVEL, "travel-intention-call", {"home": desk.office.area_code}, 1)
        answered = CallItem.objects.filter(campaign=returnees)
        with scope.applied(SYSTEM):
            self.say(
                f"电话摸排：名单 {answered.count()} 人，"
                f"已答 {answered.filter(state__in=(CallState.DONE, CallState.CONTESTED)).count()} 人"
            )

    def callers(self) -> None:
        """A caller for every village of the street that has none; they have no password and never log in."""
        villages = Office.objects.filter(code__startswith=f"V{people.STREET[:9]}").order_by("code")
        for n, office in enumerate(villages, start=1):
            if Posting.objects.filter(office=office, role="caller").exists():
                continue
            user, _new = User.objects.get_or_create(
                username=f"caller-{n:02d}", defaults={"name": f"演示联络员{n:02d}", "password": "!"}
            )
            offices.post_user(
                user=user, office=office, role="caller", title="联络员",
                valid_from=self.today - timedelta(days=60), valid_to=None, by=SYSTEM, at=self.at(5, 9),
            )  # fmt: skip

    def round(self, by: Actor, name: str, script: str, chosen: dict[str, Any], days_ago: int) -> Campaign:
        """A round of the county over its ledger, begun with every caller of the street."""
        known = Campaign.objects.filter(office_id=by.office_id, name=name).first()
        questions = library.script(script)
        assert questions is not None
        made = known or campaigns.make_campaign(
            name=name, script=questions, chosen=chosen, dataset=Dataset.objects.get(name=people.DATASET),
            source="" if self.clause() else f"{ORDER}1号 一", clause=self.clause(),
            target_on=self.today + timedelta(days=2), by=by, at=self.at(days_ago, 8, 30),
        )  # fmt: skip
        if made.state == CampaignState.DRAFT:
            wanted = Posting.objects.filter(role="caller", area_code__startswith=people.STREET[:9])
            made = campaigns.start_campaign(
                campaign=made, callers=list(wanted.values_list("user_id", flat=True)), by=by,
                at=self.at(days_ago, 9),
            )  # fmt: skip
        return made

    def clause(self) -> Clause | None:
        """The clause that orders to ring everybody."""
        found = Clause.objects.filter(notice__number__startswith=ORDER, label__startswith="一")
        return found.order_by("pk").first()

    def posted(self) -> list[Posting]:
        """Who calls in the street."""
        with scope.applied(SYSTEM):
            rows = Posting.objects.filter(role="caller", area_code__startswith=people.STREET[:9])
            return list(rows.select_related("user").order_by("area_code", "pk"))

    def answers(self, of: Campaign, caller: Posting) -> list[dict[str, Any]]:
        """What this caller's telephone noted over the days of the round."""
        with scope.applied(SYSTEM):
            rows = list(CallItem.objects.filter(campaign=of, caller=caller.user_id).order_by("pk"))
        found = [entry for n, item in enumerate(rows) for entry in self.tried(item, n)]
        return sorted(found, key=lambda entry: str(entry["at"]))

    def tried(self, item: CallItem, n: int) -> Iterator[dict[str, Any]]:
        """The attempts at one entry: most are answered at once, some never, some are still to be called."""
        luck = random.Random(f"{self.seed} {item.person.name} {item.person.birth}")
        fate = luck.random()
        if fate < 0.08:
            return
        days_ago, hour = luck.choice(((2, 10), (2, 15), (1, 9), (1, 14), (0, 8)))
        if fate < 0.14:
            for attempt in range(3):
                yield self.entry(item, f"{attempt}", "no_answer", {}, 2 - attempt, 9 + attempt, n)
        elif fate < 0.18:
            yield self.entry(item, "0", "wrong", {}, days_ago, hour, n)
        else:
            if fate < 0.28:
                yield self.entry(item, "0", "no_answer", {}, 2, 9, n)
                days_ago, hour = 1, 15
            yield self.entry(item, "9", "reached", self.said(luck), days_ago, hour, n)

    def said(self, luck: random.Random) -> dict[str, Any]:
        """One conversation by the script of returnees."""
        found: dict[str, Any] = {"where": luck.choices(("returned", "away", "on_way"), (60, 35, 5))[0]}
        if found["where"] == "returned":
            found["came"] = (self.today - timedelta(days=luck.randrange(2, 12))).isoformat()
        found["symptoms"] = luck.choices(("none", "fever", "other"), (97, 1, 2))[0]
        found["need"] = luck.choices(("no", "yes"), (88, 12))[0]
        if found["need"] == "yes":
            found["what"] = luck.choice(NEEDS)
        return found

    def entry(
        self,
        item: CallItem,
        key: str,
        outcome: str,
        answers: dict[str, Any],
        days_ago: int,
        hour: int,
        n: int,
    ) -> dict[str, Any]:
        """One answer in the shape in which telephones send it."""
        return {
            "key": f"demo-census-{item.pk}-{key}",
            "item": item.pk,
            "version": 1,
            "outcome": outcome,
            "answers": answers,
            "note": "家属接听" if answers and n % 9 == 4 else "",
            "at": self.at(days_ago, hour, 3 * n % 55).isoformat(),
        }

    def contested(self, of: Campaign) -> None:
        """The street rang somebody whom the village had reached: the two heard different things."""
        with scope.applied(SYSTEM):
            town = Posting.objects.filter(user__username="town").select_related("user").first()
            item = CallItem.objects.filter(campaign=of, branch="away").order_by("pk").first()
        if town is None or item is None:
            return
        other = {
            "where": "returned",
            "came": (self.today - timedelta(days=1)).isoformat(),
            "symptoms": "none",
            "need": "no",
        }
        self.send(town, [self.entry(item, "town", "reached", other, 0, 9, 0)])

    def send(self, posting: Posting, entries: Sequence[dict[str, Any]]) -> None:
        """Post the answers as this user's telephone does."""
        if not entries:
            return
        client = Client(SERVER_NAME=settings.ALLOWED_HOSTS[0])
        client.force_login(posting.user, backend="django.contrib.auth.backends.ModelBackend")
        for start in range(0, len(entries), BATCH):
            answer = client.post(
                reverse("calls-sync"), {"entries": list(entries[start : start + BATCH])},
                content_type="application/json", secure=settings.SESSION_COOKIE_SECURE,
            )  # fmt: skip
            refused = [each["why"] for each in answer.json()["results"] if each["status"] == "refused"]
            if refused:
                raise RuntimeError(f"the demo's answers are refused: {refused[:3]}")
        client.logout()


def told() -> bool:
    """Whether this part of the story is already in this database, to its end."""
    with scope.applied(SYSTEM):
        rounds = Campaign.objects.filter(name__in=(RETURNEES, TRAVEL), state=CampaignState.RUNNING)
        return rounds.count() == 2 and CallItem.objects.filter(state=CallState.CONTESTED).exists()
