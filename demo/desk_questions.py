"""The part about advice and courses: questions in every state, the statistics, a course with its attendance."""

from __future__ import annotations

from datetime import date, timedelta

from chunfeng.benefits import engine, files, force, rulebook
from chunfeng.benefits.actions import answering, enquiries, holidays, training
from chunfeng.benefits.actions import measures as actions
from chunfeng.benefits.models import Enquiry, Enrolment, Measure, MeasureVersion
from chunfeng.core import scope
from chunfeng.core.actor import SYSTEM
from chunfeng.offices import queries as offices
from chunfeng.offices.models import Office, Posting
from chunfeng.people.actions import set_category
from chunfeng.people.models import Person
from demo import measures, places
from demo import people as register
from demo.telling import Say, Telling

RULES = ("overtime-pay", "dismissal-barred", "contract-extended", "limitation-suspended", "pay-delayed-return",
         "holiday-work-2020")  # fmt: skip
COURSE = "demo-free-training"
TRADES = ("养老护理", "电工", "家政服务", "直播销售")
WORDS = {
    "isolation-pay": "在家医学观察了十天，单位说这几天没有工资，对吗？",
    "stoppage-pay": "厂里停工一个多月，工资怎么发？",
    "overtime": "休息日加班没有安排补休，加班费怎么算？",
    "dismissal": "隔离期间公司通知解除合同，可以吗？",
    "contract": "合同在隔离期间到期，单位不续签怎么办？",
    "limitation": "因为封控没能按时申请仲裁，过期了吗？",
    "injury": "护工在医院感染，能认定工伤吗？要多久？",
    "unemployment": "失业金领了几个月，医保谁交？",
    "training": "登记失业后想学护理，要交学费吗？",
    "other": "社保卡丢了，在哪里补办？",
}
ISOLATED = {"absence_ground": "contact", "firm_staff": True, "daily_pay": 18_391, "days_missed": 10}


class Questions(Telling):
    """Told after the money. One transaction: told in full or not at all."""

    def __init__(self, *, today: date, seed: int, say: Say) -> None:
        with scope.applied(SYSTEM):
            super().__init__(today=today, seed=seed, say=say)
            self.officer, self.leader = self.posted("county"), self.posted("county-leader")

    def posted(self, user: str):
        """An account of the demo."""
        return offices.actor_for(Posting.objects.select_related("user", "office").get(user__username=user))

    def tell(self) -> None:
        """Rules in force, questions with their answers, days a notice moved, then a course."""
        with scope.applied(SYSTEM):
            self.rules()
            self.questions()
            self.by_rule()
            self.passed()
            self.days()
            self.course()
            self.say("政策咨询和技能培训：咨询登记、按规定答复、转办；培训班、需求和考勤")

    def rules(self) -> None:
        """What answers the cases of pay, as the county's office took it into use."""
        telling = measures.Measures(today=self.today, seed=0, say=self.say)
        for code in RULES:
            if code in files.shipped() and not Measure.objects.filter(code=code).exists():
                with scope.applied(self.officer):
                    made = actions.take_shipped(code=code, by=self.officer, at=self.at(20, 9))
                telling.put(made, self.leader)

    def questions(self) -> None:
        """Of the last weeks; most answered in words, the newest still waiting, one past its day."""
        kinds = [kind.code for kind in rulebook.kinds() if kind.code in WORDS]
        for n in range(24):
            kind = kinds[n % len(kinds)]
            days_ago = 40 - n * 40 // 24
            row = self.asked(n, kind, days_ago)
            waits = n == 10 or n >= 21
            if not waits:
                enquiries.answer(
                    enquiry=row, text="已按现行规定电话解答，并告知依据条款（演示）。", by=self.officer,
                    at=min(self.at(max(days_ago - n % 3, 0), 15, n), self.at(0, 18)),
                )  # fmt: skip

    def asked(self, n: int, kind: str, days_ago: int) -> Enquiry:
        """One question taken in."""
        return enquiries.take_in(
            channel=("phone", "counter", "hotline")[n % 3], kind=kind, question=WORDS[kind], key=f"demo:{n}",
            by=self.officer, at=self.at(days_ago, 9, n),
        )  # fmt: skip

    def by_rule(self) -> None:
        """One answered by its measure, with clause and date."""
        area = self.officer.area_code
        version = force.version_for("pay-in-isolation", self.today, area)
        if version is None:
            return
        row = self.asked(90, "isolation-pay", 1)
        found = engine.evaluate(version=version, facts=ISOLATED, on=self.today, area=area)
        text = answering.words(found, version, self.today)
        enquiries.answer(
            enquiry=row,
            text=text,
            version=version,
            facts=ISOLATED,
            on=self.today,
            by=self.officer,
            at=self.at(1, 10),
        )

    def passed(self) -> None:
        """One for another office."""
        owner = Office.objects.filter(area_code__startswith=places.COUNTY[:6]).exclude(
            pk=self.officer.office_id
        )
        chosen = owner.order_by("pk").first()
        if chosen is not None:
            enquiries.pass_on(
                enquiry=self.asked(91, "other", 2), owner=chosen, note="咨询社保卡补办网点，请直接答复（演示）",
                by=self.officer, at=self.at(1, 11),
            )  # fmt: skip

    def days(self) -> None:
        """A later return to work in 2020, by a made-up notice."""
        holidays.set_days(
            first=date(2020, 2, 3), last=date(2020, 2, 9), works=False, source="本县推迟复工通知 一（演示，虚构）",
            by=self.leader, at=self.at(10, 9),
        )  # fmt: skip

    def course(self) -> None:
        """A course under way, its people and their attendance; one to come; what is asked for."""
        measure = self.free_training()
        people = self.people(9)
        if measure is None or len(people) < 9:
            return
        at = self.at(15, 9)
        for n, row in enumerate(people):
            set_category(
                person=row, category="unemployed", valid_from=self.today - timedelta(days=200),
                source="失业登记（演示）", by=self.officer, at=at,
            )  # fmt: skip
            training.note_need(person=row, subject=TRADES[0 if n < 6 else n % 4], by=self.officer, at=at)
        first = self.today - timedelta(days=6)
        common = {
            "measure": measure.measure,
            "provider": "演示职业培训学校",
            "place": "县职教中心二楼（演示）",
        }
        now = training.add_course(
            **common, title="养老护理员初级班（演示）", subject=TRADES[0], begins_on=first,
            ends_on=self.today + timedelta(days=8), seats=30, fee=120_000, key="demo:0", by=self.officer, at=at,
        )  # fmt: skip
        training.add_course(
            **common, title="低压电工班（演示）", subject=TRADES[1], begins_on=self.today + timedelta(days=10),
            ends_on=self.today + timedelta(days=24), seats=20, fee=150_000, key="demo:1", by=self.officer, at=at,
        )  # fmt: skip
        rows = [
            training.enrol(course=now, person=row, facts={}, by=self.officer, at=self.at(8, 9, n))
            for n, row in enumerate(people[:6])
        ]
        self.attended(now, rows, first)

    def attended(self, course, rows: list[Enrolment], first: date) -> None:
        """Six days: one was absent now and then, one left early, one may finish."""
        for n in range(6):
            day = first + timedelta(days=n)
            present = {row.pk: (n + k) % 5 != 0 for k, row in enumerate(rows) if k < 5 or n < 3}
            training.mark(course=course, on=day, present=present, by=self.officer, at=self.at(6 - n, 17))
        training.finish(
            enrolment=rows[5], completed=False, remark="已就业（演示）", by=self.officer, at=self.at(3, 18)
        )

    def free_training(self) -> MeasureVersion | None:
        """The shipped example as the county takes it over under its own code."""
        held = force.version_for(COURSE, self.today, self.officer.area_code)
        text = files.shipped().get("free-training")
        if held is not None or text is None:
            return held
        text = text.replace("measure: free-training", f"measure: {COURSE}").replace("（一市）", "（演示）")
        text = text.replace("990500000000", self.officer.area_code)
        made = actions.draft(text=text, by=self.officer, at=self.at(20, 9))
        return actions.put_in_force(
            version=made, valid_from=date(2020, 1, 1), by=self.leader, at=self.at(20, 11)
        )

    def people(self, n: int) -> list[Person]:
        """People of the county with a document, others than those who claim."""
        rows = Person.objects.filter(
            datasets__dataset__name=register.DATASET, merged_into=None, id_number__isnull=False, id_doubt="",
            area_code__startswith=places.COUNTY[:6],
        )  # fmt: skip
        return list(rows.order_by("pk")[60 : 60 + n])


def told() -> bool:
    """Whether this part of the story is already in this database."""
    with scope.applied(SYSTEM):
        return Enquiry.objects.filter(key__startswith="demo:").exists()
