"""The register of a made-up population in the real divisions of one province, and the offices that look at it."""

from __future__ import annotations

from datetime import date
from typing import Any

PROVINCE = "220000000000"
COUNTY = "220184000000"
SEED = 20200126
TRUE = 400
"""People whose document numbers are true to form, to be looked up; the others carry numbers nobody asks for."""
TABLES = (
    "people_person",
    "people_personphone",
    "people_persondataset",
    "people_personcategory",
    "people_fact",
    "people_household",
    "people_possibleduplicate",
    "people_importrow",
    "people_importrun",
)


class World:
    """Divisions of the province down to its villages, an office for each asked level, one dataset."""

    def __init__(self) -> None:
        from chunfeng.areas import loading
        from chunfeng.areas.models import Area
        from chunfeng.people.models import Dataset
        from tests import factories

        loading.load(villages_within=PROVINCE[:2])
        inside = Area.objects.filter(code__startswith=PROVINCE[:2], valid_to=None, is_local=False)
        self.villages = list(inside.filter(level=5).order_by("code").values_list("code", flat=True))
        self.counties = sorted({code[:6] + "000000" for code in self.villages})
        self.offices: dict[str, Any] = {}
        self.office = self.office_of(COUNTY)
        self.posting = factories.posting(self.office, "officer")
        self.province = factories.office(PROVINCE, line="hrss")
        self.dataset = Dataset.objects.create(
            owner=self.office,
            area_code=COUNTY,
            name="测试台账",
            purpose="测试",
            source="测试条款",
            keep_until=date(2099, 12, 31),
            made_at=factories.NOW,
        )

    def office_of(self, county: str) -> Any:
        """The office of a county, made when first asked for."""
        from tests import factories

        if county not in self.offices:
            self.offices[county] = factories.office(county, line="hrss")
        return self.offices[county]

    def actor(self, office: Any) -> Any:
        """An officer of the office."""
        from tests import factories

        return factories.actor(office)

    def empty(self) -> None:
        """Nobody in the register, no imports."""
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {', '.join(TABLES)} RESTART IDENTITY CASCADE")

    def populate(self, count: int) -> list[str]:
        """`count` people, village after village, each with a phone and a place in the dataset.

        One in six is away and one in five works elsewhere, most of them in the capital's prefecture; one in two
        has a category. Returns true document numbers of some of them, spread over the whole register.
        """
        from django.db import connection

        from chunfeng.core import crypto
        from chunfeng.people import keys
        from demo import dirt, ledger

        self.empty()
        some = ledger.rows(min(TRUE, count // 10), seed=SEED, share=0)
        known = [(str(row.cells[dirt.ID]), str(row.cells[dirt.PHONE])) for row in some]
        with connection.cursor() as cursor:
            cursor.execute("CREATE TEMP TABLE bench_village (n int, code text)")
            cursor.execute(
                "INSERT INTO bench_village SELECT n - 1, code FROM unnest(%s::text[]) WITH ORDINALITY AS v (code, n)",
                [self.villages],
            )
            cursor.execute(
                "CREATE TEMP TABLE bench_known (n int, number bytea, hash text, tel bytea, phone text)"
            )
            cursor.executemany(
                "INSERT INTO bench_known VALUES (%s, %s, %s, %s, %s)",
                [
                    (
                        n,
                        crypto.encrypt(number),
                        keys.document_hash(number),
                        crypto.encrypt(tel),
                        keys.phone_hash(tel),
                    )
                    for n, (number, tel) in enumerate(known)
                ],
            )
            cursor.execute("ANALYZE bench_village")
            cursor.execute(
                "SET session_replication_role = replica"
            )  # keys are right by the way they are made
            for sql in (_PEOPLE, _PHONES, _DATASETS, _CATEGORIES):
                cursor.execute(
                    sql,
                    {
                        "count": count,
                        "villages": len(self.villages),
                        "capital": sum(code.startswith("2201") for code in self.villages),
                        "known": len(known),
                        "dataset": self.dataset.pk,
                    },
                )
        connection.close()
        connection.connect()
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
        return [number for number, _tel in known]


_PEOPLE = """
INSERT INTO people_person (area_code, current_area, work_area, name, sex, birth, id_kind, id_number, id_hash,
    id_doubt, employer, occupation, note, version, made_at, changed_at)
SELECT v.code,
    CASE h / 17 %% 6 WHEN 0 THEN away.code ELSE '' END,
    CASE h / 19 %% 5 WHEN 0 THEN away.code ELSE '' END,
    substr('王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧', 1 + h %% 30, 1)
        || substr('建国志永德文明春秀桂玉淑凤金海立晓雪丽俊', 1 + h / 30 %% 20, 1)
        || substr('华军伟芳敏静霞兰英梅琴珍福贵祥林山东江波', 1 + h / 600 %% 20, 1),
    CASE h / 7 %% 2 WHEN 0 THEN 'm' ELSE 'f' END,
    date '1942-01-01' + h / 11 %% 22000,
    'citizen', k.number,
    CASE WHEN i %% (%(count)s / %(known)s) = 0 AND i / (%(count)s / %(known)s) <= %(known)s
        THEN (SELECT hash FROM bench_known t WHERE t.n = i / (%(count)s / %(known)s) - 1)
        ELSE encode(sha256(i::text::bytea), 'hex') END,
    '', CASE h %% 4 WHEN 0 THEN '测试用工单位' ELSE '' END, '', '', 1,
    timestamptz '2020-02-01 09:00+08', timestamptz '2020-02-01 09:00+08'
FROM generate_series(1, %(count)s) AS s (i)
CROSS JOIN LATERAL (SELECT hashint8(i) & 2147483647 AS h) x
JOIN bench_village v ON v.n = (i::bigint - 1) * %(villages)s / %(count)s
JOIN bench_village away ON away.n = CASE WHEN h / 13 %% 10 < 7 THEN h %% %(capital)s ELSE h %% %(villages)s END
JOIN bench_known k ON k.n = h %% %(known)s
ORDER BY i"""
_PHONES = """
INSERT INTO people_personphone (person_id, number, number_hash, position)
SELECT p.id, k.tel, CASE p.id %% 3 WHEN 0 THEN k.phone ELSE encode(sha256(p.id_hash::bytea), 'hex') END, 0
FROM people_person p JOIN bench_known k ON k.n = p.id %% %(known)s"""
_DATASETS = """
INSERT INTO people_persondataset (person_id, dataset_id, since)
SELECT id, %(dataset)s, made_at FROM people_person"""
_CATEGORIES = """
INSERT INTO people_personcategory (person_id, category, valid_from, source)
SELECT id, (ARRAY['returning', 'student', 'outgoing', 'poor'])[1 + id %% 4], date '2020-01-20', '测试'
FROM people_person WHERE id %% 2 = 0"""
