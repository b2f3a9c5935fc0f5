"""Set up a demo prefecture and tell its story: `python -m demo [--size small|large] [--seed N]`.

Everything is idempotent: a second call starts in seconds and changes nothing; a killed call is taken up again.
"""

from __future__ import annotations

import argparse
import sys
from datetime import timedelta
from typing import Any

from chunfeng.cli.django import setup
from chunfeng.core.errors import Refused


def main() -> int:
    parser = argparse.ArgumentParser(prog="demo", description=__doc__)
    parser.add_argument(
        "--size",
        choices=("small", "large"),
        default="small",
        help="small: the villages of one county; large: of the whole prefecture",
    )
    parser.add_argument("--seed", type=int, default=2020)
    asked = parser.parse_args()
    try:
        setup()
        run(size=asked.size, seed=asked.seed)
    except Refused as refusal:
        print(refusal, file=sys.stderr)
        return 1
    return 0


def run(*, size: str, seed: int) -> None:
    """Database, divisions, offices, accounts, story; then a summary of what was read, issued and due."""
    from django.core.management import call_command
    from django.utils import timezone, translation
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    from chunfeng.areas import loading
    from chunfeng.core import scope
    from chunfeng.core.actor import SYSTEM
    from demo import (
        benefits,
        census,
        contacts,
        desk_questions,
        funds,
        isolation,
        measures,
        messages,
        people,
        places,
        reporting,
        setting,
        summary,
        work,
    )
    from demo.story import Story, told

    translation.activate("zh-hans")
    console = Console()
    villages = places.COUNTY[:6] if size == "small" else places.PREFECTURE[:4]
    today = timezone.localdate()
    columns = TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn()
    with Progress(*columns, console=console) as progress:
        bar = progress.add_task("数据库 database", total=15)

        def step(text: str) -> None:
            progress.update(bar, advance=1, description=text)

        call_command("migrate", interactive=False, verbosity=0)
        step("行政区划 divisions")
        loading.load(villages_within=villages)
        step("单位 offices")
        setting.offices(villages=villages, on=today, at=timezone.now())
        step("账号 accounts")
        setting.accounts(since=today - timedelta(days=60), at=timezone.now())
        step("通知与任务 notices and tasks")
        if not told():
            with scope.applied(SYSTEM):  # one transaction: told in full or not at all
                Story(today=today, seed=seed, say=progress.console.print).tell()
        step("报送 reports")
        if not reporting.told():
            with scope.applied(SYSTEM):
                reporting.Reporting(
                    today=today, seed=seed, say=progress.console.print, large=size == "large"
                ).tell()
        parts: list[tuple[str, Any, Any]] = [
            ("实名登记 people", people.told, people.People),
            ("隔离观察 isolation", isolation.told, isolation.Isolations),
            ("消息模板 message templates", messages.told, messages.Templates),
            ("电话摸排 census", census.told, census.Census),
            ("走访登记 contacts", contacts.told, contacts.Contacts),
            ("消息、台账和登记 messages", messages.told, messages.Messages),
            ("政策措施 measures", measures.told, measures.Measures),
            ("资金使用 use of funds", funds.told, funds.Funds),
            ("待遇与发放 benefits", benefits.told, benefits.Benefits),
            ("工伤与防疫补助 work injuries and work days", work.told, work.Work),
            ("咨询与培训 questions and training", desk_questions.told, desk_questions.Questions),
        ]
        for title, is_told, part in parts:
            step(title)
            if not is_told():
                part(today=today, seed=seed, say=progress.console.print).tell()
        progress.update(bar, advance=1, description="完成 done")
    summary.show(console)


sys.exit(main())
