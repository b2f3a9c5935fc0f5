"""What was read, issued and due, and how to look at it."""

from __future__ import annotations

from django.db.models import Count, Q
from django.utils import timezone
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from chunfeng.core import scope
from chunfeng.core.actor import SYSTEM
from chunfeng.notices.models import Notice
from chunfeng.offices.models import Office
from chunfeng.people.choices import PairState, Verdict
from chunfeng.people.models import ImportRun, Person, PossibleDuplicate
from chunfeng.people.queries import census
from chunfeng.reporting.choices import Standing
from chunfeng.reporting.models import BulletinSeries, Form, Situation
from chunfeng.reporting.queries import ledger, situations
from demo import cast, measures


def show(console: Console) -> None:
    """Two tables: the chain of notices with their tasks, and the log-ins."""
    now = timezone.now()
    open_states = ("new", "accepted", "returned")
    with scope.applied(SYSTEM):
        table = Table(
            title=f"通知与任务 {timezone.localtime(now):%Y-%m-%d %H:%M}",
            title_justify="left",
            box=SIMPLE_HEAD,
            padding=(0, 1, 0, 0),
        )
        for name in ("文号", "条款", "职责", "发至", "签收", "任务", "今日", "逾期", "办结"):
            table.add_column(name, justify="left" if name == "文号" else "right", no_wrap=True)
        for notice in Notice.objects.order_by("id"):
            tasks = notice.tasks.aggregate(
                all=Count("id"),
                today=Count("id", filter=Q(due_at__date=timezone.localdate(), state__in=open_states)),
                late=Count("id", filter=Q(due_at__lt=now, state__in=open_states)),
                done=Count("id", filter=Q(state="done")),
            )
            sent = notice.dispatches.filter(for_task=False)
            table.add_row(
                notice.number or notice.title[:24],
                str(notice.clauses.count()),
                str(notice.duties.count()),
                str(sent.count()),
                str(sent.filter(received_at__isnull=False).count()),
                *(str(tasks[key]) for key in ("all", "today", "late", "done")),
            )
        console.print(table)
        console.print(f"单位 {Office.objects.count():,} 个。演示中的人员、电话和通知均为虚构。")
    _orders(console)
    _reports(console)
    _people(console)
    measures.show(console.print)
    _census(console)
    logins = Table(title="演示账号 demo log-ins", title_justify="left", box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for name in ("用户名 user", "姓名", "可以看"):
        logins.add_column(name, no_wrap=True)
    for part in cast.PARTS:
        logins.add_row(part.user, part.name, part.look)
    console.print(logins)
    console.print(f"密码 password: {cast.PASSWORD}")


def _reports(console: Console) -> None:
    """How the reports stand, form by form; then situations and bulletins."""
    now = timezone.now()
    with scope.applied(SYSTEM):
        table = Table(title="报送", title_justify="left", box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
        for name in ("报表", "应报", "已报", "零报告", "迟报", "漏报", "退回", "免报"):
            table.add_column(name, justify="left" if name == "报表" else "right", no_wrap=True)
        for form in Form.objects.order_by("id"):
            rows = ledger.with_standing(form.obligations.filter(period_start__lte=timezone.localdate()), now)
            count = rows.aggregate(
                all=Count("id"),
                **{kind: Count("id", filter=Q(standing=kind)) for kind in Standing.values if kind != "due"},
            )
            kinds = ("all", "filed", "zero", "late", "missing", "returned", "exempt")
            table.add_row(form.title[:24], *(f"{count[kind]:,}" for kind in kinds))
        if not table.row_count:
            return
        console.print(table)
        late = situations.waiting(now).filter(due_at__lt=now).count()
        console.print(f"重要情况 {Situation.objects.count()} 件，其中逾期未签收 {late} 件。")
        for series in BulletinSeries.objects.annotate(
            issued=Count("bulletins", filter=Q(bulletins__state="issued"))
        ):
            console.print(f"{series.title}：已印发 {series.issued} 期。")
        console.print("报表数据均为虚构，仅供演示。")


def _people(console: Console) -> None:
    """What became of the rows of each ledger, and how many pairs wait."""
    with scope.applied(SYSTEM):
        table = Table(title="实名登记", title_justify="left", box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
        verdicts = (Verdict.ADDED, Verdict.MERGED, Verdict.UNCHANGED, Verdict.PARKED, Verdict.REJECTED)
        for name in ("台账", "行数", "新增", "合并", "无变化", "疑似重复", "退回"):
            table.add_column(name, justify="left" if name == "台账" else "right", no_wrap=True)
        for run in ImportRun.objects.select_related("file").order_by("id"):
            table.add_row(run.file.name, f"{run.total:,}", *(f"{run.counts.get(v, 0):,}" for v in verdicts))
        if not table.row_count:
            return
        console.print(table)
        people = Person.objects.filter(merged_into=None).count()
        waiting = PossibleDuplicate.objects.filter(state=PairState.OPEN).count()
        console.print(f"登记 {people:,} 人，待核对重复 {waiting} 对。姓名、证件号、电话均为虚构。")


def _census(console: Console) -> None:
    """How far each round of calls has come, seen from the whole country."""
    with scope.applied(SYSTEM):
        rounds = list(census.campaigns(SYSTEM)[:10])
        tallies = census.tallies(SYSTEM, rounds)
        if not rounds:
            return
        table = Table(title="电话摸排", title_justify="left", box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
        for name in ("摸排任务", "名单", "已答", "未联系上", "答复不一致", "待拨打"):
            table.add_column(name, justify="left" if name == "摸排任务" else "right", no_wrap=True)
        for row in reversed(rounds):
            tally = tallies[row.pk]
            figures = (tally.asked, tally.answered, tally.unreached, tally.contested, tally.open)
            table.add_row(row.name, *(f"{n:,}" for n in figures))
        console.print(table)
        console.print("摸排人员和答复均为虚构。")


def _orders(console: Console) -> None:
    """What the last notice read orders: the one that came damaged and waits for review."""
    with scope.applied(SYSTEM):
        notice = Notice.objects.order_by("-id").first()
        if notice is None:
            return
        title = f"{notice.number} 要求（{len(notice.repairs)} 处受损已修复，待核对）"
        table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
        for name in ("条款", "力度", "期限", "要求"):
            table.add_column(name, no_wrap=name != "要求", overflow="fold")
        for duty in notice.duties.select_related("clause"):
            table.add_row(
                duty.clause.label.rstrip("、"),
                str(duty.get_force_display()),
                duty.deadline_text or "—",
                duty.action,
            )
    console.print(table)
