"""Measures the demo county has put in force, for its officers and for everybody."""

from __future__ import annotations

from datetime import date, timedelta

from django.utils import timezone

from chunfeng.benefits import files
from chunfeng.benefits.actions import measures
from chunfeng.benefits.choices import MeasureState
from chunfeng.benefits.models import Measure, MeasureVersion
from chunfeng.core import scope
from chunfeng.core.actor import SYSTEM
from demo.telling import Say, Telling

CODES = (
    "temporary-work-subsidy",
    "pay-in-stoppage",
    "pay-in-isolation",
    "work-injury-epidemic-staff",
    "work-injury-clock",
    "mass-dismissal-notice",
    "unemployment-benefit",
)
"""National texts that are in force without an end, so that a visitor can check them today."""
WHERE = "政务服务大厅人社窗口（演示）"
PHONE = "12333"


class Measures(Telling):
    """Told after the register of people. Every step looks first whether it was done."""

    def __init__(self, *, today: date, seed: int, say: Say) -> None:
        with scope.applied(SYSTEM):
            super().__init__(today=today, seed=seed, say=say)

    def tell(self) -> None:
        """Taken from the shelf of the programme, put in force by the leader, one left as a draft."""
        officer, leader = self.actor("HR220184", "officer"), self.actor("HR220184", "leader")
        shipped = files.shipped()
        taken = 0
        for code in (*CODES, "prepared-work-subsidy"):
            if code not in shipped or Measure.objects.filter(code=code).exists():
                continue
            with scope.applied(officer):
                version = measures.take_shipped(code=code, by=officer, at=self.at(3, 9))
                measures.set_details(
                    measure=version.measure,
                    where=WHERE,
                    phone=PHONE,
                    complaints=PHONE,
                    second_above=500_000,
                    publish_days=0,
                    by=officer,
                    at=self.at(3, 9),
                )
            taken += 1
            if code in CODES:
                self.put(version, leader)
        self.say(f"政策措施：选用 {taken} 项，{len(in_force())} 项执行中")

    def put(self, version: MeasureVersion, leader) -> None:
        """In force from the first day the text allows."""
        found = files.read(version.text)
        first = found.contents.first or self.today - timedelta(days=30)
        if found.usable and (found.contents.last is None or found.contents.last >= self.today):
            with scope.applied(leader):
                measures.put_in_force(version=version, valid_from=first, by=leader, at=self.at(3, 15))


def in_force() -> list[MeasureVersion]:
    """What the demo has put in force."""
    with scope.applied(SYSTEM):
        return list(MeasureVersion.objects.filter(state=MeasureState.IN_FORCE, valid_to=None))


def told() -> bool:
    """Whether this part of the story is already in this database."""
    with scope.applied(SYSTEM):
        return Measure.objects.filter(code="prepared-work-subsidy").exists()


def show(say: Say) -> None:
    """One line for the summary."""
    today = timezone.localdate()
    rows = [row for row in in_force() if row.valid_from and row.valid_from <= today]
    say(f"政策措施 {len(rows)} 项执行中，公开目录与自测：/policies/（无需登录）。")
