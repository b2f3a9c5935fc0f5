"""The story, told through the actions the screens use: a chain of notices, issued, forwarded and partly done."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from chunfeng.core import actions as core
from chunfeng.core import scope
from chunfeng.core.actor import SYSTEM
from chunfeng.core.errors import Refused
from chunfeng.notices import actions as notices
from chunfeng.notices.models import DeadlineDefault, Dispatch, Duty, Emergency, Notice
from chunfeng.offices import queries as offices
from chunfeng.tasking import actions as tasking
from chunfeng.tasking.models import Task
from demo import texts
from demo.telling import Say, Telling

EVENT = "冬春季呼吸道传染病疫情（演示）"
DEFAULTS = (("第一时间", 0), ("立即", 0), ("尽快", 2), ("及时", 3), ("适时", 7))


class Story(Telling):
    """The chain of notices."""

    def __init__(self, *, today: date, seed: int, say: Say) -> None:
        super().__init__(today=today, seed=seed, say=say)
        self.numbers: dict[str, Any] = {"read": [], "offices": 0, "tasks": 0, "reports": 0}
        for office in self.names.values():
            for phrase, days in DEFAULTS:
                DeadlineDefault.objects.get_or_create(
                    office=office, phrase=phrase, defaults={"area_code": office.area_code, "days": days}
                )
        self.event, _ = Emergency.objects.get_or_create(
            name=EVENT,
            defaults={
                "began_on": today - timedelta(days=12),
                "areas": ["220000000000"],
                "opened_by": self.names["HR22"],
                "area_code": self.names["HR22"].area_code,
            },
        )

    def tell(self) -> None:
        """National opinion, provincial notice, forwarded by the prefecture, ordered by the county; one to review."""
        national = self.read("0-national", "HR22", days_ago=5)
        self.review(national, "HR22", days_ago=5)
        provincial = self.read("1-province", "HR22", days_ago=4)
        self.review(provincial, "HR22", days_ago=4)
        self.send(provincial, "HR22", days_ago=4)
        self.receive(provincial, share=0.9, days_ago=3)
        covering = self.forward(provincial, "2-prefecture", "HR2201", days_ago=3)
        self.review(covering, "HR2201", days_ago=3)
        self.send(covering, "HR2201", days_ago=3)
        self.receive(covering, share=0.8, days_ago=2)
        order = self.read("3-county", "HR220184", days_ago=2)
        self.review(order, "HR220184", days_ago=2)
        self.send(order, "HR220184", days_ago=2)
        self.receive(order, share=0.85, days_ago=1)
        self.explain(order)
        self.work(provincial, accepted=0.9, done=0.5)
        self.work(covering, accepted=0.85, done=0.45)
        self.work(order, accepted=0.9, done=0.6)
        self.delegate(order)
        self.read(
            "4-damaged", "HR22", days_ago=0
        )  # a page damaged on its way, left for the visitor to review
        tasking.chase(now=timezone.now())

    def read(self, name: str, office: str, *, days_ago: int) -> Notice:
        """Register one notice as its office would: pasted, read, kept."""
        signed = self.today - timedelta(days=days_ago)
        by = self.actor(office, "officer")
        with scope.applied(by):
            made = notices.register(
                emergency=self.event,
                data=texts.text(name, signed).encode(),
                text="",
                name=f"{name}.txt",
                by=by,
                at=self.at(days_ago, 9),
            )[0]
        self.numbers["read"].append(made)
        self.say(f"{made.number or name}：{made.clauses.count()} 条，{made.duties.count()} 项职责")
        return made

    def forward(self, original: Notice, name: str, office: str, *, days_ago: int) -> Notice:
        """The covering notice with duties of its own."""
        by = self.actor(office, "officer")
        signed = self.today - timedelta(days=days_ago)
        with scope.applied(by):
            original.refresh_from_db()
            made = notices.forward(
                notice=original, text=texts.text(name, signed), by=by, at=self.at(days_ago, 10)
            )
        self.numbers["read"].append(made)
        self.say(f"{made.number}：转发，另加 {made.duties.count()} 项职责")
        return made

    def review(self, notice: Notice, office: str, *, days_ago: int) -> None:
        """A person looks at everything: dates for fuzzy deadlines, then each duty confirmed, then the review closed."""
        by, at = self.actor(office, "officer"), self.at(days_ago, 10)
        with scope.applied(by):
            for duty in Duty.objects.filter(notice=notice).select_related("notice", "clause"):
                if duty.deadline_kind == "fuzzy" and duty.due_on is None:
                    notices.correct_duty(duty=duty, by=by, at=at, no_date=True)
                notices.confirm(duty=duty, by=by, at=at)
            notices.finish_review(notice=notice, by=by, at=at)

    def send(self, notice: Notice, office: str, *, days_ago: int) -> None:
        """The leader issues; addressees resolve to offices; tasks follow."""
        issuer = self.names[office]
        by, at = self.actor(office, "leader"), self.at(days_ago, 11)
        with scope.applied(by):
            notice.refresh_from_db()
            recipients = [
                (each, found.phrase)
                for found in offices.resolve_addressees(notice.addressees, issuer=issuer)
                for each in found.offices
            ]
            issued = notices.issue(
                notice=notice, dispatches=recipients, openness=notice.openness, by=by, at=at
            )
            made = tasking.assign(notice=issued, by=by, at=at)
        self.numbers["offices"] += len({each.pk for each, _ in recipients})
        self.numbers["tasks"] += made.tasks_made
        self.say(f"{issued.number}：发至 {len(recipients)} 个单位，{made.tasks_made} 项任务")

    def receive(self, notice: Notice, *, share: float, days_ago: int) -> None:
        """Most offices sign the receipt; some stay silent."""
        for dispatch in list(Dispatch.objects.filter(notice=notice).select_related("office").order_by("pk")):
            if self.random.random() < share:
                by = self.actor_of(dispatch.office, "officer")
                with scope.applied(by):
                    notices.receive(
                        dispatch=dispatch, by=by, at=self.at(days_ago, 8, self.random.randrange(240))
                    )

    def work(self, notice: Notice, *, accepted: float, done: float) -> None:
        """Offices accept and report, one with a file; the rest is new or late."""
        tasks = Task.objects.filter(notice=notice).select_related("office", "duty").order_by("pk")
        for task in list(tasks):
            luck = self.random.random()
            if luck > accepted:
                continue
            by, minutes = self.actor_of(task.office, "officer"), self.random.randrange(300)
            with scope.applied(by):
                tasking.accept(task=task, by=by, at=self.at(1, 9, minutes))
                if luck > done:
                    continue
                at = self.at(1, 14, minutes)
                files = []
                if luck < done / 4:
                    files.append(
                        core.store_file(
                            data=f"{task.office.name}\n{task.duty.action}\n（演示材料）\n".encode(),
                            name="办理情况.txt",
                            media_type="text/plain",
                            area_code=task.office.area_code,
                            by=by,
                            at=at,
                        )
                    )
                tasking.report_done(
                    task=task,
                    text="已按要求办理，情况见附件。" if files else "已按要求办理。",
                    files=files,
                    period="",
                    key=f"demo-{task.pk}",
                    by=by,
                    at=at,
                )
                self.numbers["reports"] += 1

    def delegate(self, notice: Notice) -> None:
        """Townships hand the rounds of calls to their villages."""
        towns = Task.objects.filter(notice=notice, office__level="township", state__in=("new", "accepted"))
        for task in towns.order_by("office__code", "pk").select_related("office", "duty", "notice")[:8]:
            by = self.actor_of(task.office, "officer")
            with scope.applied(by):
                villages = list(offices.below(task.office, level="village"))
                if not villages:
                    continue
                try:
                    made = tasking.delegate(
                        task=task,
                        offices=villages,
                        note="请各村今日内完成，没有的也要报。",
                        by=by,
                        at=self.at(0, 8),
                    )
                except Refused as refusal:
                    self.say(str(refusal))
                    continue
                self.numbers["tasks"] += len(made)
                # the first village of each has not looked yet
                for child in made[1 : len(made) * 2 // 3]:
                    caller = self.actor_of(child.office, "caller")
                    with scope.applied(caller):
                        tasking.accept(task=child, by=caller, at=self.at(0, 8, 30))

    def explain(self, notice: Notice) -> None:
        """One question and its answer, tied to a clause."""
        by = self.actor("HR220184", "officer")
        with scope.applied(by):
            clause = notice.clauses.exclude(ident="0").order_by("position")[1]
            notices.explain(
                clause=clause,
                question="没有外出人员的村也要报吗？",
                answer="要报。填零上报，不报不等于没有。",
                by=by,
                at=self.at(1, 10),
            )


def told() -> bool:
    """Whether the story is already in this database."""
    with scope.applied(SYSTEM):
        return Emergency.objects.filter(name=EVENT).exists()
