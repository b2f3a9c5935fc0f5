"""The reporting part of the story: forms in use, ten days of reports, a data call, situations, bulletins."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone

from chunfeng.core import scope
from chunfeng.core.actor import SYSTEM
from chunfeng.notices.models import Clause, Emergency, Notice
from chunfeng.offices.models import Office
from chunfeng.reporting import actions, definition, library
from chunfeng.reporting.choices import Origin
from chunfeng.reporting.models import Form, Obligation
from chunfeng.reporting.queries import definition_of
from demo import figures, places
from demo.figures import Place
from demo.story import EVENT
from demo.telling import Say, Telling

DAYS = 10
"""Days for which there are reports, today not counted."""
AHEAD = 4
STREETS = [f"2201840{n:02d}000" for n in range(1, 7)]
"""The streets whose villages keep checkpoints in the small demo."""
WORDS = {
    "jump": "当日集中返乡，已与值班员核实。",
    "below": "个别单位未报，已电话核实补入。",
    "stock": "期满全部解除。",
    "everybody": "未训人员安排在本周内补训。",
}
SHORT = "已下采购订单，预计三日内到货。"
Figures = Mapping[str, object]


class Reporting(Telling):
    """Told after the notices; stands on its own where they were told before."""

    def __init__(self, *, today: date, seed: int, say: Say, large: bool = False) -> None:
        super().__init__(today=today, seed=seed, say=say)
        self.large = large
        self.event = Emergency.objects.filter(name=EVENT).first()
        self.filed = 0

    def tell(self) -> None:
        """Everything, in the order in which it happened."""
        self.daily()
        self.checkpoints()
        self.once()
        self.weekly()
        self.call()
        self.say(f"报送：{self.filed} 份")
        self.acts_above()
        self.situations()
        self.bulletins()

    # forms

    def form(
        self, code: str, *, days_ago: int, reporters: list[dict[str, Any]], clause: Clause | None = None
    ) -> Form:
        """The province takes a form of the library into use; a clause of its own notice replaces the source."""
        by, at = self.actor("HR22", "officer"), self.at(days_ago, 9)
        with scope.applied(by):
            if clause is None:
                form = actions.take_from_library(
                    code=code,
                    owner=self.names["HR22"],
                    by=by,
                    at=at,
                    reporters=reporters,
                    emergency=self.event,
                )
            else:
                shipped = library.form(code)
                assert shipped is not None
                data = definition.dump(shipped) | {
                    "source": actions.source_of(clause),
                    "reporters": reporters,
                }
                data.pop("note", None)
                form = actions.create_form(
                    owner=self.names["HR22"], definition=data, origin=Origin.LIBRARY, by=by, at=at,
                    clause=clause, emergency=self.event,
                )  # fmt: skip
            actions.publish(form=form, by=by, at=at, applies_from=self.today - timedelta(days=days_ago))
            form.refresh_from_db()
            actions.make_obligations(form=form, until=self.today + timedelta(days=AHEAD), by=by, at=at)
        return form

    def clause(self, label: str) -> Clause | None:
        """A clause of the province's own notice."""
        with scope.applied(SYSTEM):
            told = (
                Notice.objects.filter(number__startswith=places.AGENCY[places.PROVINCE])
                .order_by("pk")
                .first()
            )
            found = told.clauses.filter(label__startswith=label) if told else Clause.objects.none()
            return found.select_related("notice").order_by("position").first()

    def owed(self, form: Form) -> dict[Office, list[Obligation]]:
        """What each office owes, the oldest first, up to today."""
        rows = Obligation.objects.filter(form=form, period_start__lte=self.today)
        found: dict[Office, list[Obligation]] = defaultdict(list)
        for of in rows.select_related("office").order_by("office__code", "period_start"):
            found[of.office].append(of)
        return found

    # reports

    def daily(self) -> None:
        """The daily and zero report: townships, then the bureaus above with the sums of what lies below.

        In the small demo only one county's townships report; the other counties count for themselves.
        """
        towns = places.PREFECTURE if self.large else places.COUNTY
        self.daily_form = form = self.form(
            "daily-situation",
            days_ago=DAYS,
            reporters=[
                {"level": "township", "area": towns},
                {"level": "county", "line": "hrss", "area": places.PREFECTURE, "within": 60},
                {"level": "prefecture", "line": "hrss", "area": places.PREFECTURE, "within": 120},
            ],
        )
        told: dict[int, dict[date, dict[str, int]]] = {}
        owed = self.owed(form)
        for office in sorted(owed, key=lambda o: ("township", "county", "prefecture").index(o.level)):
            below = [told[other.pk] for other in told_by(office, owed) if other.pk in told]
            place = Place.of(self.random, 9 if office.level == "township" else 70)
            mine = told[office.pk] = {
                of.period_start: figures.added([each[of.period_start] for each in below])
                if below
                else place.township_day((self.today - of.period_start).days)
                for of in owed[office]
            }
            silent = 0.03 if office.level == "township" else 0.01
            self.file_all(office, owed[office], lambda of, mine=mine: mine[of.period_start], silent=silent)

    def checkpoints(self) -> None:
        """Villages count persons and vehicles; a third of them has nothing to count and says so."""
        areas = [places.COUNTY] if self.large else STREETS
        self.checkpoint_form = form = self.form(
            "checkpoint-daily",
            days_ago=DAYS,
            reporters=[{"level": "village", "area": area} for area in areas],
        )
        for office, rows in self.owed(form).items():
            quiet = self.random.random() < 0.35
            place = Place.of(self.random, 5)
            told = {of.period_start: place.checkpoint_day((self.today - of.period_start).days) for of in rows}
            self.file_all(office, rows, lambda of, told=told: told[of.period_start], zero=quiet)

    def once(self) -> None:
        """The two-figure return that the province's notice orders, once."""
        form = self.form(
            "hit-province-workers",
            days_ago=4,
            clause=self.clause("（二）"),
            reporters=[
                {"level": "county", "line": "hrss", "area": places.PREFECTURE},
                {"level": "prefecture", "line": "hrss", "area": places.PREFECTURE, "within": 180},
            ],
        )
        total: list[dict[str, int]] = []
        for office, rows in sorted(self.owed(form).items(), key=lambda pair: pair[0].level):
            mine = {
                "locals_there": self.random.randrange(40, 900),
                "natives_here": self.random.randrange(10, 300),
            }
            if office.level == "prefecture":
                mine = figures.added(total)
            total.append(mine)
            self.file_all(office, rows, lambda of, mine=mine: mine, silent=0.07)

    def weekly(self) -> None:
        """Training coverage and stocks, each Friday."""
        lines = [
            {"level": "county", "line": line, "area": places.PREFECTURE} for line in ("health", "employment")
        ]
        training = self.form("training-coverage", days_ago=DAYS, reporters=lines)
        for office, rows in self.owed(training).items():

            def trained(of: Obligation, line: str = office.line) -> Figures:
                weeks = max((self.today - of.period_start).days // 7, 0)
                done_by = of.period_end + timedelta(days=21)
                return figures.training(self.random, line, weeks) | {"emergency_by": done_by.isoformat()}

            self.file_all(office, rows, trained)
        stocks = self.form("stock-readiness", days_ago=DAYS, reporters=lines)
        until = (self.today + timedelta(days=20)).isoformat()
        for office, rows in self.owed(stocks).items():
            self.file_all(office, rows, lambda of: figures.stocks(self.random) | {"ready_by": until})

    def call(self) -> None:
        """A data call that closes today; about half has answered."""
        by, clause = self.actor("HR22", "officer"), self.clause("（五）")
        with scope.applied(by):
            form = actions.compose_call(
                title="线上招聘专区开通情况（演示）",
                source="" if clause else "《突发公共卫生事件应急条例》第四十一条",
                clause=clause,
                deadline=timezone.make_aware(datetime.combine(self.today, datetime.min.time()))
                + timedelta(hours=17),
                indicators=[
                    {"label": {"zh": "线上招聘专区数", "en": "Online areas"}, "type": "count", "unit": "个"},
                    {"label": {"zh": "线上岗位数", "en": "Vacancies online"}, "type": "count", "unit": "个"},
                    {
                        "label": {"zh": "责任人人数", "en": "Responsible persons"},
                        "type": "count",
                        "unit": "人",
                    },
                ],
                reporters=[{"level": "county", "line": "hrss", "area": places.PREFECTURE}],
                by=by,
                at=self.at(1, 9),
            )
        cells = [cell.code for cell in definition_of(form.versions.get()).number_cells]
        for office, rows in self.owed(form).items():
            if self.random.random() < 0.5:
                mine = [
                    self.random.randrange(1, 4),
                    self.random.randrange(80, 1500),
                    self.random.randrange(1, 6),
                ]
                by = self.actor_of(office, "officer")
                with scope.applied(by):
                    self.file(
                        rows[0],
                        dict(zip(cells, mine, strict=True)),
                        by,
                        self.at(0, 8, self.random.randrange(300)),
                    )

    def file_all(
        self,
        office: Office,
        rows: Iterable[Obligation],
        told: Callable[[Obligation], Figures],
        *,
        silent: float = 0.03,
        zero: bool = False,
    ) -> None:
        """One office files what it owes: most in time, some late, some never; of today as far as the day has gone."""
        by = self.actor_of(office, "caller" if office.level == "village" else "officer")
        now = timezone.now()
        with scope.applied(by):
            for of in rows:
                luck, minutes = self.random.random(), self.random.randrange(150)
                at = of.due_at - timedelta(minutes=10 + minutes)
                if at > now:  # of the period that runs, what is in by this hour
                    gone = (now - of.due_at + timedelta(hours=9)) / timedelta(hours=9)
                    if luck > 0.7 * gone or of.due_at - now > timedelta(days=1):
                        continue
                    at = now - timedelta(minutes=minutes / 5)
                elif luck < silent:
                    continue
                elif luck < silent + 0.05:
                    at = min(of.closes_at + timedelta(minutes=minutes), now)
                if timezone.localdate(at) < of.period_start:
                    at = now
                if zero:
                    actions.file_zero(obligation_id=of.pk, by=by, at=at, key=f"demo-{of.pk}")
                    self.filed += 1
                else:
                    self.file(of, told(of), by, at)

    def file(self, of: Obligation, values: Figures, by: Any, at: datetime) -> None:
        """File; what the form asks to be explained is explained."""
        given = {"obligation_id": of.pk, "values": values, "by": by, "at": at, "key": f"demo-{of.pk}"}
        try:
            actions.file_report(**given)
        except actions.BadFiling as bad:
            asked = [doubt for doubt in bad.checks if doubt.needs_comment]
            if bad.cells or len(asked) < len(bad.checks):
                raise
            words = {doubt.code: WORDS.get(doubt.code.partition(":")[0], SHORT) for doubt in asked}
            actions.file_report(**given, comments=words)
        self.filed += 1

    # what offices above do

    def acts_above(self) -> None:
        """The county sends one report back, lets a village off, accepts a day, and chases who is silent."""
        by, yesterday = self.actor("HR220184", "officer"), self.today - timedelta(days=1)
        with scope.applied(by):
            mine = Obligation.objects.filter(area_code__startswith="220184").order_by("pk")
            of = mine.filter(
                form=self.daily_form, office__level="township", state="filed", period_start=yesterday
            ).first()
            if of:
                words = "新到人数与各村合计不符，请核对后重报。"
                actions.return_report(obligation_id=of.pk, comment=words, by=by, at=self.at(0, 9))
            of = mine.filter(form=self.checkpoint_form, state="due", period_start__lt=self.today).last()
            if of:
                actions.exempt(
                    obligation_id=of.pk, reason="当日道路封闭，未设检查点。", by=by, at=self.at(0, 9)
                )
            day = self.today - timedelta(days=4)
            actions.accept(
                form=self.daily_form, period_start=day, by=by, at=self.at(3, 10),
                incomplete_reason="未报单位已电话核实，无新增。",
            )  # fmt: skip
            for form in (self.daily_form, self.checkpoint_form):
                actions.chase_silent(form=form, period_start=yesterday, by=by, at=self.at(0, 9))

    # important situations

    def situations(self) -> None:
        """One on its way, signed and passed on; one that its township has not taken in for hours."""
        now = timezone.now()
        villages = Office.objects.filter(level="village", active=True).order_by("code")
        first = villages.filter(area_code__startswith="220184001").first()
        other = villages.filter(area_code__startswith="220184004").first()
        if first is None or other is None:
            return
        made = self.situation(
            first, now - timedelta(minutes=50), what="外出返回的三名务工人员同车，其中一人发热，已劝其居家。",
            place="村口检查点", people=3, measures="已测体温，登记同车人员，通知卫生院。",
            contact="演示联络员 13800000000",
        )  # fmt: skip
        town = self.actor_of(Office.objects.get(pk=first.parent_id), "officer")
        with scope.applied(town):
            given = {"situation_id": made, "by": town}
            actions.take_in_situation(at=now - timedelta(minutes=41), **given)
            actions.pass_on_situation(at=now - timedelta(minutes=20), note="情况属实，已派人到场。", **given)
        village = self.actor_of(first, "caller")
        with scope.applied(village):
            actions.add_situation_news(
                situation_id=made,
                text="发热人员已由卫生院接走。",
                by=village,
                at=now - timedelta(minutes=10),
                key="demo",
            )
        self.situation(
            other, now - timedelta(hours=3), what="检查点与过路货车司机发生争执，道路堵塞。",
            place="村东路口", people=6, measures="村干部在现场劝解。", contact="",
        )  # fmt: skip
        self.say(f"重要情况：2 件，逾期 {actions.escalate_situations(now=now)} 件")

    def situation(self, office: Office, at: datetime, **told: Any) -> int:
        by = self.actor_of(office, "caller")
        with scope.applied(by):
            happened = at - timedelta(minutes=25)
            return actions.report_situation(happened_at=happened, by=by, at=at, key="demo", **told).pk

    # bulletins

    def bulletins(self) -> None:
        """The province's daily bulletin: three issues, and the draft of today."""
        writer, leader, clause = (
            self.actor("HR22", "officer"),
            self.actor("HR22", "leader"),
            self.clause("（三）"),
        )
        source = (
            f"{clause.notice.number}{clause.label}" if clause else "《突发公共卫生事件应急条例》第二十五条"
        )
        with scope.applied(writer):
            series = actions.add_bulletin_series(
                kind="daily", title="疫情防控就业服务日报（演示）", source=source, by=writer, at=self.at(3, 9),
                emergency=self.event,
            )  # fmt: skip
        for days_ago in (3, 2, 1, 0):
            day, at = self.today - timedelta(days=days_ago), self.at(max(days_ago - 1, 0), 8, 30)
            with scope.applied(writer):
                made = actions.draft_bulletin(series=series, first_day=day, last_day=day, by=writer, at=at)
            if days_ago:
                with scope.applied(leader):
                    made = actions.issue_bulletin(bulletin=made, version=made.version, by=leader, at=at)
                self.say(f"{series.title}〔{made.year}〕第{made.number}期")


def told_by(office: Office, others: Iterable[Office]) -> list[Office]:
    """The offices whose figures this one adds up: those one level below inside its area."""
    below = {"county": "township", "prefecture": "county"}.get(office.level)
    inside = office.area_code[:4] if office.level == "prefecture" else office.area_code[:6]
    return [other for other in others if other.level == below and other.area_code.startswith(inside)]


def told() -> bool:
    """Whether this part of the story is already in this database."""
    with scope.applied(SYSTEM):
        return Form.objects.filter(code="daily-situation", owner__code="HR22").exists()
