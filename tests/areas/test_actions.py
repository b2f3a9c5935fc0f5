"""Local areas, and changes of divisions: dry run, one atomic action, history kept."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction

from chunfeng.areas import actions, codes, queries
from chunfeng.areas.choices import Kind
from chunfeng.areas.models import Area, AreaChange
from chunfeng.areas.plans import Division, Part
from chunfeng.core import scope
from chunfeng.core.actions import store_file
from chunfeng.core.actor import SYSTEM, Actor
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.core.models import Event, StoredFile

AT = datetime(2024, 3, 1, 2, tzinfo=UTC)
BEFORE, ON, AFTER = date(2024, 2, 1), date(2024, 3, 1), date(2024, 4, 1)
CITY, ERDAO, LUYUAN = "220100000000", "220105000000", "220106000000"

china = pytest.mark.usefixtures("china")
database = pytest.mark.django_db


def names(on: date, code: str) -> set[str]:
    return {row.name for row in queries.children(code, on)}


def division(kind: str, old: tuple[str, ...], *new: Part, **more: object) -> Division:
    return Division(kind=kind, on=ON, old=old, new=new, basis="测试用批复", **more)  # type: ignore[arg-type]


@database
@china
class TestLocalAreas:
    def test_a_zone_then_its_parts_down_to_the_ten_household_cell(self) -> None:
        zone = actions.add_local_area(
            parent=CITY, name="莲花湖度假区", kind=Kind.ZONE, level=3, by=SYSTEM, at=AT
        )
        assert (zone.code, zone.level, zone.kind) == ("2201A1000000", 3, Kind.ZONE)
        street = actions.add_local_area(parent=zone.code, name="湖东区", kind=Kind.OTHER, by=SYSTEM, at=AT)
        village = actions.add_local_area(
            parent=street.code, name="湖东社区", kind=Kind.RESIDENTS, by=SYSTEM, at=AT
        )
        block = actions.add_local_area(
            parent=village.code, name="一号楼区", kind=Kind.BLOCK, by=SYSTEM, at=AT
        )
        cell = actions.add_local_area(parent=block.code, name="第一组", kind=Kind.CELL, by=SYSTEM, at=AT)
        assert (block.level, len(block.code), cell.level, len(cell.code)) == (6, 15, 7, 18)
        assert queries.path_name(cell.code, ON) == "吉林省长春市莲花湖度假区湖东区湖东社区一号楼区第一组"
        assert "莲花湖度假区" in names(ON, CITY)
        assert queries.resolve("莲花湖度假区", ON) == [zone]
        assert queries.area(zone.code, BEFORE) is None
        assert Event.objects.filter(verb="area.add_local").count() == 5

    def test_a_corps_division_with_a_regiment(self) -> None:
        corps = actions.add_local_area(
            parent="650000000000", name="示例兵团", kind=Kind.CORPS, by=SYSTEM, at=AT
        )
        unit = actions.add_local_area(
            parent=corps.code, name="示例师", kind=Kind.CORPS_DIVISION, by=SYSTEM, at=AT
        )
        regiment = actions.add_local_area(
            parent=unit.code, name="示例团", kind=Kind.REGIMENT, by=SYSTEM, at=AT
        )
        assert (corps.code, unit.level, regiment.level) == ("65A100000000", 3, 4)

    def test_codes_are_not_given_twice(self) -> None:
        first = actions.add_local_area(parent=CITY, name="甲区", kind=Kind.ZONE, level=3, by=SYSTEM, at=AT)
        Area.objects.filter(pk=first.pk).update(valid_to=date(2024, 6, 1))
        second = actions.add_local_area(
            parent=CITY, name="乙区", kind=Kind.ZONE, level=3, by=SYSTEM, at=AT, on=date(2024, 7, 1)
        )
        assert second.code == "2201A2000000"

    @pytest.mark.parametrize(
        ("parent", "name", "kind", "level"),
        [
            ("229900000000", "某区", Kind.ZONE, None),
            (CITY, "  ", Kind.ZONE, None),
            (CITY, "长" * 61, Kind.ZONE, None),
            (CITY, "二道区", Kind.ZONE, 3),
            (CITY, "某县", Kind.COUNTY, None),
            (CITY, "某区", Kind.ZONE, 1),
            (ERDAO, "某兵团", Kind.CORPS, None),
        ],
    )
    def test_refusals_leave_nothing(self, parent: str, name: str, kind: str, level: int | None) -> None:
        before = Area.objects.count()
        with pytest.raises(Refused):
            actions.add_local_area(parent=parent, name=name, kind=kind, level=level, by=SYSTEM, at=AT)
        assert Area.objects.count() == before and not Event.objects.exists()

    def test_only_inside_the_own_area(self) -> None:
        lo, hi = codes.code_range("220200000000")
        other = Actor(name="测试员", role="officer", area_code="220200000000", lo=lo, hi=hi)
        with pytest.raises(NotAllowed):
            actions.add_local_area(parent=CITY, name="某区", kind=Kind.ZONE, by=other, at=AT)


@database
@china
class TestChanges:
    def test_rename(self) -> None:
        change = division("rename", (ERDAO,), Part(ERDAO, "东岭区"))
        assert [(m.old_name, m.new_name) for m in actions.preview_change(change).moves] == [
            ("二道区", "东岭区")
        ]
        actions.change_division(change=change, by=SYSTEM, at=AT)
        assert queries.resolve("二道区", BEFORE)[0].code == queries.resolve("东岭区", ON)[0].code == ERDAO
        assert queries.resolve("二道区", ON) == []
        assert queries.today_code(ERDAO, BEFORE, AFTER) == ERDAO
        row = queries.area(ERDAO, ON)
        assert row is not None and row.day_known and row.initials == "dlq"

    def test_a_new_code_takes_everything_below_along(self) -> None:
        new = "220115000000"
        inside = Area.objects.filter(queries.valid(ON), queries.inside(ERDAO)).count()
        change = division("recode", (ERDAO,), Part(new, "二道区"))
        preview = actions.preview_change(change)
        assert len(preview.moves) == inside > 100
        assert Area.objects.filter(code=new).count() == 0  # the dry run wrote nothing
        assert actions.change_division(change=change, by=SYSTEM, at=AT).moves == preview.moves
        assert Area.objects.filter(queries.valid(ON), queries.inside(new)).count() == inside
        assert Area.objects.filter(queries.valid(ON), queries.inside(ERDAO)).count() == 0
        assert Area.objects.filter(queries.valid(BEFORE), queries.inside(ERDAO)).count() == inside
        street = next(m for m in preview.moves if m.row and m.row.level == 4)
        assert queries.today_code(street.old_code, BEFORE, AFTER) == street.new_code
        assert Event.objects.get(verb="area.change").detail["areas"] == inside

    def test_merge_into_a_new_code_renumbers_what_meets(self) -> None:
        new = "220116000000"
        change = division("merge", (ERDAO, LUYUAN), Part(new, "东园区"))
        done = actions.change_division(change=change, by=SYSTEM, at=AT)
        targets = [move.new_code for move in done.moves[2:]]
        assert len(targets) == len(set(targets)) and all(codes.contains(new, code) for code in targets)
        streets = sorted(code for code in targets if codes.level(code) == 4)
        assert len(streets) == sum(len(queries.children(code, BEFORE)) for code in (ERDAO, LUYUAN))
        folded = queries.fold_totals({ERDAO: 3, LUYUAN: 4, CITY: 1}, BEFORE, AFTER)
        assert folded.totals == {new: 7, CITY: 1} and not folded.kept_above
        assert queries.path_name(streets[0], ON).startswith("吉林省长春市东园区")

    def test_merge_into_an_area_that_stays(self) -> None:
        kept = names(BEFORE, LUYUAN)
        actions.change_division(change=division("merge", (ERDAO,), Part(LUYUAN, "绿园区")), by=SYSTEM, at=AT)
        assert queries.area(ERDAO, ON) is None
        assert kept < names(ON, LUYUAN)
        assert Area.objects.filter(code=LUYUAN).count() == 1
        assert queries.today_code(ERDAO, BEFORE, AFTER) == LUYUAN

    def test_split_with_shares(self) -> None:
        one, two = "220117000000", "220118000000"
        streets = [row.code for row in queries.children(ERDAO, BEFORE)]
        parts = (Part(one, "东区", share=Decimal("0.25")), Part(two, "西区", share=Decimal("0.75")))
        with pytest.raises(Refused, match="which part"):
            actions.preview_change(division("split", (ERDAO,), *parts))
        children = {code: one if i < 3 else two for i, code in enumerate(streets)}
        change = division("split", (ERDAO,), *parts, children=children)
        actions.change_division(change=change, by=SYSTEM, at=AT)
        assert len(queries.children(one, ON)) == 3
        assert len(queries.children(two, ON)) == len(streets) - 3
        assert queries.fold_totals({ERDAO: 10}, BEFORE, AFTER).totals in ({one: 3, two: 7}, {one: 2, two: 8})
        assert queries.today_code(ERDAO, BEFORE, AFTER) is None
        moved = queries.today_code(streets[0], BEFORE, AFTER)
        assert moved is not None and codes.parent(moved) == one

    def test_a_part_splits_off_and_the_rest_stays(self) -> None:
        new = "220119000000"
        gone = queries.children(ERDAO, BEFORE)[0]
        change = division(
            "split", (ERDAO,), Part(ERDAO, "二道区"), Part(new, "新东区"), children={gone.code: new}
        )
        actions.change_division(change=change, by=SYSTEM, at=AT)
        assert gone.name not in names(ON, ERDAO) and names(ON, new) == {gone.name}
        assert Area.objects.filter(code=ERDAO, valid_to=None).get().valid_from < ON
        folded = queries.fold_totals({ERDAO: 10}, BEFORE, AFTER)
        assert folded.totals == {CITY: 10} == folded.kept_above
        moved = queries.today_code(gone.code, BEFORE, AFTER)
        assert moved is not None and codes.contains(new, moved)

    def test_stored_rows_are_counted_and_keep_their_code(self) -> None:
        with scope.applied(SYSTEM):
            for code in (ERDAO, "220105001000", LUYUAN):
                store_file(
                    data=code.encode(),
                    name="a.txt",
                    media_type="text/plain",
                    area_code=code,
                    by=SYSTEM,
                    at=AT,
                )
        change = division("recode", (ERDAO,), Part("220115000000", "二道区"))
        stored = {
            (row.column, row.rows) for row in actions.change_division(change=change, by=SYSTEM, at=AT).stored
        }
        assert ("area_code", 2) in stored
        with scope.applied(SYSTEM):
            assert set(StoredFile.objects.values_list("area_code", flat=True)) == {
                ERDAO,
                "220105001000",
                LUYUAN,
            }

    @pytest.mark.parametrize(
        ("change", "why"),
        [
            (division("melt", (ERDAO,), Part(ERDAO, "某区")), "melt"),
            (division("rename", (ERDAO,), Part("220115000000", "某区")), "keeps its code"),
            (division("recode", (ERDAO,), Part(ERDAO, "某区")), "differ"),
            (division("recode", (ERDAO,), Part(LUYUAN, "某区")), "belongs to"),
            (division("recode", (ERDAO,), Part("229915000000", "某区")), "above the new one"),
            (division("recode", ("229999000000",), Part("220115000000", "某区")), "No area has the code"),
            (division("recode", (CITY,), Part("220115000000", "某区")), "lies inside"),
            (division("recode", ("x",), Part("220115000000", "某区")), "Check the code"),
            (division("merge", (LUYUAN,), Part(LUYUAN, "绿园区")), "goes into another"),
            (division("merge", (ERDAO,), Part(LUYUAN, "别名区")), "already"),
            (division("split", (ERDAO,), Part("220115000000", "某区")), "numbers"),
            (
                division(
                    "split",
                    (ERDAO,),
                    Part("220115000000", "甲区", share=Decimal("0.5")),
                    Part("220116000000", "乙区"),
                ),
                "share",
            ),
            (Division("rename", ON, (ERDAO,), (Part(ERDAO, "某区"),), " "), "decision"),
            (Division("rename", date(1949, 10, 1), (ERDAO,), (Part(ERDAO, "某区"),), "批复"), "began only"),
        ],
    )
    def test_refusals_name_the_fault_and_change_nothing(self, change: Division, why: str) -> None:
        before = list(Area.objects.order_by("pk").values_list("code", "name", "valid_to"))
        with pytest.raises(Refused, match=why):
            actions.change_division(change=change, by=SYSTEM, at=AT)
        assert list(Area.objects.order_by("pk").values_list("code", "name", "valid_to")) == before
        assert not AreaChange.objects.exclude(at=None).exists()


@database
class TestConstraints:
    def row(self, code: str = "990000000000", **values: object) -> Area:
        given = {"name": "某省", "level": 1, "kind": Kind.PROVINCE, "valid_from": BEFORE, "source": "test"}
        return Area(code=code, **(given | values))

    def test_two_rows_of_one_code_may_not_overlap(self) -> None:
        self.row(valid_to=AFTER).save()
        with pytest.raises(DatabaseError, match="area_no_overlap"), transaction.atomic():
            self.row(valid_from=ON).save()
        self.row(valid_from=AFTER).save()
        self.row("980000000000").save()

    @pytest.mark.parametrize(
        ("name", "code", "values"),
        [
            ("area_code_form", "99000000000", {}),
            ("area_code_form", "9900000000００", {}),
            ("area_period", "990000000000", {"valid_to": BEFORE}),
            ("area_day_known", "990000000000", {"day_known": True, "changed_after": date(2020, 1, 1)}),
            ("area_day_known", "990000000000", {"changed_after": AFTER}),
            ("area_local_has_letter", "990000000000", {"is_local": True}),
            ("area_local_has_letter", "99A100000000", {"is_local": False}),
        ],
    )
    def test_the_database_refuses(self, name: str, code: str, values: dict[str, object]) -> None:
        with pytest.raises(DatabaseError, match=name), transaction.atomic():
            self.row(code, **values).save()

    @pytest.mark.parametrize("share", [Decimal("0"), Decimal("1.000001")])
    def test_shares(self, share: Decimal) -> None:
        with pytest.raises(DatabaseError, match="area_change_share"), transaction.atomic():
            AreaChange.objects.create(
                old_code="990000000000",
                new_code="980000000000",
                on=ON,
                kind="split",
                share=share,
                source="test",
            )


@pytest.mark.django_db(transaction=True)
def test_two_changes_at_once_are_done_one_after_the_other() -> None:
    for code, name, level in (
        ("990000000000", "某省", 1),
        ("990100000000", "甲市", 2),
        ("990200000000", "乙市", 2),
    ):
        Area.objects.create(
            code=code, name=name, level=level, kind=Kind.OTHER, valid_from=BEFORE, source="test",
            parent_code=codes.parent(code) or "",
        )  # fmt: skip
    Area.objects.get_or_create(
        code=codes.COUNTRY,
        defaults={"name": "某国", "level": 0, "kind": Kind.COUNTRY, "valid_from": BEFORE, "source": "test"},
    )
    ready, results = threading.Barrier(2), []

    def change(new: str) -> None:
        plan = division("recode", ("990100000000",), Part(new, "甲市"))
        ready.wait()
        try:
            actions.change_division(change=plan, by=SYSTEM, at=AT)
            results.append("done")
        except Refused:
            results.append("refused")
        finally:
            connection.close()

    workers = [threading.Thread(target=change, args=(new,)) for new in ("990300000000", "990400000000")]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(20)
    assert sorted(results) == ["done", "refused"]
    open_rows = Area.objects.filter(queries.valid(ON), name="甲市")
    assert open_rows.count() == 1 and AreaChange.objects.filter(at=AT).count() == 1
