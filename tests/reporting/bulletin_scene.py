"""A made-up province that reports daily: cities, two forms, days of figures, silent offices, one situation."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from chunfeng.areas.models import Area
from chunfeng.offices.models import Office
from chunfeng.reporting.models import BulletinSeries, Form, Situation, SituationHop
from tests import factories
from tests.reporting import builders

DAY = date(2020, 2, 3)
NOW = datetime(2020, 2, 4, 1, 0, tzinfo=UTC)
"""Nine o'clock of the morning after."""
PROVINCE = "220000000000"
CITIES = ["青河市", "临江市", "白桦市", "松岭市", "平川市", "云溪州"]
SOURCE = "演示人社明电〔2020〕4号第三条"


@dataclass
class Scene:
    """What stands there."""

    office: Office
    cities: list[Office]
    form: Form
    second: Form | None = None
    villages: dict[str, list[Office]] = field(default_factory=dict)


def named(code: str, name: str, level: int, kind: str) -> None:
    Area.objects.create(
        code=code, name=name, level=level, kind=kind, parent_code="" if level == 1 else PROVINCE,
        valid_from=date(2015, 1, 1), source="test",
    )  # fmt: skip


def scene(*, cities: int = 6, per_city: int = 4, days: int = 14, second: bool = True) -> Scene:
    """`days` of daily reports up to DAY; the last city's first village is silent on DAY, another filed zero."""
    named(PROVINCE, "松山省", 1, "province")
    office = factories.office(PROVINCE, line="hrss", name="松山省人力资源和社会保障厅")
    made = Scene(office, [], builders.form(office, at=NOW))
    if second:
        made.second = builders.form(office, at=NOW, **RETURN)
    for n, name in enumerate(CITIES[:cities], start=1):
        code = f"22{n:02d}00000000"
        named(code, name, 2, "prefecture")
        city = factories.office(code, line="hrss", name=f"{name}人力资源和社会保障局", parent=office)
        made.cities.append(city)
        made.villages[name] = [
            factories.office(f"22{n:02d}01001{v:03d}", name=f"{name}第{v}检查点", parent=city)
            for v in range(1, per_city + 1)
        ]
    for back in range(days):
        _day(made, DAY - timedelta(days=back), cities)
    return made


def _day(made: Scene, day: date, cities: int) -> None:
    at = datetime(day.year, day.month, day.day, 8, tzinfo=UTC)
    age = (DAY - day).days
    for n, (name, villages) in enumerate(made.villages.items(), start=1):
        for v, village in enumerate(villages, start=1):
            if day == DAY and n == cities and v == 1:
                builders.obligation(made.form, village, day)
                continue
            checked = 420 + 37 * n + 11 * v - 9 * age
            builders.filed(
                made.form, village, day, at, checked=checked, isolated=(n + v + age) % 4,
                released=age % 3, still=12 + n - age % 5,
            )  # fmt: skip
        if made.second is not None:
            city = made.cities[n - 1]
            if day == DAY and name == CITIES[1]:
                builders.obligation(made.second, city, day)
            else:
                builders.filed(
                    made.second, city, day, at, returned=31 + 5 * n - age, employed=1200 + 80 * n - 20 * age,
                    wanted=2400 + 100 * n,
                )  # fmt: skip


RETURN = {
    "code": "return-to-work",
    "title": {"zh": "返岗复工日报", "en": "Back to work, daily"},
    "source": {
        "title": "关于报送返岗复工情况的通知",
        "number": "演示人社明电〔2020〕7号",
        "clause": "第二条",
    },
    "reporters": [{"level": "prefecture"}],
    "indicators": [
        {"code": "returned", "label": {"zh": "复工企业", "en": "Enterprises at work"}, "unit": "家"},
        {"code": "employed", "label": {"zh": "返岗人数", "en": "Workers back"}, "unit": "人"},
        {"code": "wanted", "label": {"zh": "应返岗人数", "en": "Workers expected"}, "unit": "人"},
        {
            "code": "rate",
            "label": {"zh": "返岗率", "en": "Share back"},
            "type": "ratio",
            "of": "employed",
            "to": "wanted",
        },
    ],
    "checks": [],
}


def situation(made: Scene) -> Situation:
    """Reported by the first city on DAY and taken in by the province."""
    city = made.cities[0]
    at = datetime(2020, 2, 3, 2, 30, tzinfo=UTC)
    found = Situation.objects.create(
        office=city, area_code=city.area_code, happened_at=at, at=at, by_name="测试员",
        what="临时检查点防护用品仅可维持两天，请求调拨口罩5000只、体温计200支。",
    )  # fmt: skip
    SituationHop.objects.create(
        situation=found, area_code=city.area_code, position=1, sender=city, receiver=made.office, sent_at=at,
        sent_by_name="测试员", due_at=at + timedelta(minutes=30), received_at=at, received_by_name="测试员",
    )  # fmt: skip
    return found


def series(made: Scene, kind: str = "daily", **fields) -> BulletinSeries:
    """A series with its default plan."""
    from chunfeng.reporting.actions import add_bulletin_series

    given = {
        "title": "疫情防控工作日报",
        "source": SOURCE,
        "sent_to": "报：省政府办公厅。送：各市（州）人民政府。",
    }
    return add_bulletin_series(
        kind=kind, by=factories.actor(made.office, "leader"), at=NOW, **(given | fields)
    )
