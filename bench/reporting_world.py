"""A made-up province that files: offices, areas, one form of 20 indicators, its reports of a month."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from typing import Any

FIRST = date(2020, 2, 1)
SEED = 20200126
AGGREGATES = ["sum"] * 12 + ["last"] * 4 + ["max"] * 2 + ["mean"] * 2
LEVELS = ("province", "prefecture", "county", "township", "village")


class World:
    """1 province, 9 prefectures, 60 counties, up to 900 townships, the rest villages; each office files daily."""

    def __init__(self, offices: int, days: int) -> None:
        self.places = _places(offices)
        self.days = [FIRST + timedelta(days=n) for n in range(days)]
        self.form: Any = None
        self.actor: Any = None
        self.now = datetime.fromisoformat("2020-03-10T08:00+08:00")

    def fill(self) -> None:
        """Areas, offices and the form by the models, the reports by one INSERT … SELECT."""
        from chunfeng.areas.models import BEGINNING, Area
        from chunfeng.core.actor import Actor
        from chunfeng.offices.models import Office

        Area.objects.bulk_create(
            (
                Area(
                    code=code,
                    name=f"测试{code}",
                    level=LEVELS.index(level) + 1,
                    kind=_KINDS[level],
                    parent_code=parent or "000000000000",
                    valid_from=BEGINNING,
                    source="made up",
                )
                for code, parent, level in self.places
            ),
            batch_size=5000,
            ignore_conflicts=True,
        )
        made: dict[str, Office] = {}
        for at in LEVELS:
            rows = [
                Office(
                    code=f"B{code}",
                    name=f"测试就业服务机构{code}",
                    level=level,
                    line="employment",
                    area_code=code,
                    parent=made.get(parent),
                )
                for code, parent, level in self.places
                if level == at
            ]
            Office.objects.bulk_create(rows, batch_size=5000)
            made |= {row.area_code: row for row in rows}
        self.offices = made
        self.form = self._form(made["220000000000"])
        self.actor = Actor(
            name="测试员",
            role="officer",
            office_id=made["220000000000"].pk,
            area_code="220000000000",
            lo="22",
            hi="23",
            above=("000000000000",),
        )
        self._reports()

    def _form(self, owner: Any) -> Any:
        from tests.reporting import builders

        indicators = [
            {
                "code": f"n{n}",
                "label": {"zh": f"指标{n}", "en": f"Indicator {n}"},
                "unit": "人",
                "aggregate": each,
            }
            for n, each in enumerate(AGGREGATES)
        ]
        reporters = [{"level": level} for level in LEVELS]
        return builders.form(
            owner,
            at=self.now,
            code="bench-daily",
            figures="own",
            reporters=reporters,
            indicators=indicators,
            checks=[],
        )

    def _reports(self) -> None:
        """Nine in ten filed, some of them late; one figure in sixteen left empty. The same for every run."""
        from django.db import connection

        some = ", ".join(
            f"NULLIF((hashint8(o.n * 1000003 + d.n * 7919 + {n}) & 1023), {n})::bigint"
            for n in range(len(AGGREGATES))
        )
        version = self.form.versions.get()
        with connection.cursor() as cursor:
            cursor.execute(
                f"""INSERT INTO reporting_obligation (form_id, version_id, office_id, area_code, counts,
                        period_start, period_end, sequence, due_at, closes_at, state, revision, numbers, texts,
                        first_filed_at, filed_at, filed_by_name, warnings, corrections, exempt_reason)
                    SELECT %s, %s, o.id, o.area_code, true, d.day, d.day, 0, d.due, d.due + interval '1 hour',
                        s.state, CASE s.state WHEN 'due' THEN 0 ELSE 1 END,
                        CASE s.state WHEN 'due' THEN NULL ELSE ARRAY[{some}] END, '{{}}',
                        CASE s.state WHEN 'due' THEN NULL ELSE d.due + s.after * interval '1 minute' END,
                        CASE s.state WHEN 'due' THEN NULL ELSE d.due + s.after * interval '1 minute' END,
                        CASE s.state WHEN 'due' THEN '' ELSE '测试员' END, 0, 0, ''
                    FROM (SELECT id, area_code, row_number() OVER (ORDER BY area_code) AS n FROM offices_office) o
                    CROSS JOIN (SELECT n, %s::date + n AS day, (%s::date + n + time '17:00') AT TIME ZONE
                        'Asia/Shanghai' AS due FROM generate_series(0, %s) n) d
                    CROSS JOIN LATERAL (SELECT CASE WHEN h %% 10 = 0 THEN 'due' ELSE 'filed' END AS state,
                        h %% 80 - 10 AS after FROM (SELECT abs(hashint8(o.n * 31 + d.n)) AS h) x) s
                    ORDER BY d.day, o.area_code""",
                [self.form.pk, version.pk, FIRST, FIRST, len(self.days) - 1],
            )
        connection.close()
        connection.connect()
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")

    def roll_up_day(self) -> Any:
        """One day, all levels, as the province."""
        return self._levels(self.days[-1], self.days[-1])

    def roll_up_month(self) -> Any:
        """All days together, all levels."""
        return self._levels(self.days[0], self.days[-1])

    def _levels(self, first: date, last: date) -> Any:
        from chunfeng.core import scope
        from chunfeng.reporting.queries import levels

        with scope.applied(self.actor, read_only=True):
            return levels(self.actor, self.form, first, last, at=self.now)

    def flat(self, found: Any) -> dict[tuple[int, str], list[Any]]:
        """Figures by level and area, in the order of the form."""
        return {
            (level, row.code): [row.numbers[f"n{n}"] for n in range(len(AGGREGATES))]
            for level, table in found.items()
            for row in table.rows
            if not row.own
        }

    def some(self, level: str, count: int) -> list[Any]:
        """Offices of a level, always the same ones."""
        of = [self.offices[code] for code, _parent, at in self.places if at == level]
        return random.Random(SEED).sample(of, min(count, len(of)))


_KINDS = dict(zip(LEVELS, ("province", "city", "county", "town", "villagers"), strict=True))


def _places(wanted: int) -> list[tuple[str, str, str]]:
    """Code, parent and level of every area; the numbers of townships and villages follow the size."""
    out = [("220000000000", "", "province")]
    prefectures = [f"22{n:02d}00000000" for n in range(1, 10)]
    out += [(code, "220000000000", "prefecture") for code in prefectures]
    counties = [f"{p[:4]}{n:02d}000000" for n in range(1, 8) for p in prefectures][:60]
    out += [(code, code[:4].ljust(12, "0"), "county") for code in counties]
    several = max(60, min(900, wanted // 20))
    townships = [f"{c[:6]}{n:03d}000" for n in range(100, 116) for c in counties][:several]
    out += [(code, code[:6].ljust(12, "0"), "township") for code in townships]
    villages = [f"{t[:9]}{n:03d}" for n in range(200, 400) for t in townships]
    return out + [(code, code[:9].ljust(12, "0"), "village") for code in villages[: wanted - len(out)]]
