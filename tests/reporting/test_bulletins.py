"""Bulletins: figures with sources, editing, numbers without gaps, Word after GB/T 9704, PDF without boxes."""

from __future__ import annotations

import io
import threading
import zipfile
from datetime import date, timedelta

import docx
import pypdf
import pytest
from django.db import connection, transaction
from django.utils import translation
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from hypothesis import given
from hypothesis import strategies as st

from chunfeng.core import scope
from chunfeng.core.actions import read_file
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.core.models import Event
from chunfeng.reporting import definition
from chunfeng.reporting.actions import (
    add_bulletin_series,
    change_bulletin_series,
    discard_bulletin,
    draft_bulletin,
    edit_bulletin,
    issue_bulletin,
    refresh_bulletin,
)
from chunfeng.reporting.bulletins import fonts, layout, plan, sentences
from chunfeng.reporting.bulletins import pdf as paper
from chunfeng.reporting.choices import BulletinKind
from chunfeng.reporting.models import Bulletin, BulletinSeries, Obligation, Situation
from chunfeng.reporting.queries.bulletins import bulletin, bulletins, file_of
from chunfeng.reporting.queries.forms import library
from chunfeng.reporting.queries.rollup import figure
from tests import factories
from tests.reporting import builders
from tests.reporting import bulletin_scene as scenes
from tests.reporting.bulletin_scene import DAY, NOW

pytestmark = pytest.mark.django_db
FORM = definition.parse(builders.DAILY)


@pytest.fixture
def made():
    return scenes.scene(cities=3, per_city=2, days=2)


@pytest.fixture
def leader(made):
    return factories.actor(made.office, "leader")


@pytest.fixture
def held(made, leader):
    return draft_bulletin(series=scenes.series(made), first_day=DAY, last_day=DAY, by=leader, at=NOW)


def line_of(of: Bulletin, n: int = 0) -> dict:
    return [block for block in of.content["blocks"] if block["kind"] == "line"][n]


def text_of(of: Bulletin, n: int = 0) -> str:
    return sentences.plain(line_of(of, n)["runs"], of.content["figures"])


def all_text(of: Bulletin) -> str:
    pages = layout.printed(of)
    return "\n".join("".join(r.text for r in i.runs) for i in pages.items if isinstance(i, layout.Line))


class TestContent:
    def test_every_figure_says_what_it_is_and_agrees_with_the_roll_up(self, made, held):
        figures = held.content["figures"]
        assert len(figures) > 30
        for entry in figures.values():
            assert entry["source"] and entry["as_of"] == NOW.isoformat() and entry["area"].startswith("22")
            assert 0 <= entry["answered"] <= entry["due"]
            if entry["mode"] == "value" and entry["aggregate"] != "ratio":
                form = made.form if entry["form"] == made.form.pk else made.second
                found = figure(form, entry["cell"], entry["area"], DAY, DAY, NOW)
                assert entry["value"] == (None if found.value is None else str(found.value))

    def test_every_figure_printed_is_an_entry(self, held):
        for block in held.content["blocks"]:
            idents = sentences.ids(block.get("runs", []))
            idents += [f for row in block.get("rows", []) for f in row.get("figures", [])]
            assert set(idents + block.get("figures", [])) <= set(held.content["figures"])

    def test_the_change_against_the_day_before_in_words(self, made, held):
        yesterday = figure(
            made.form, "checked", scenes.PROVINCE, DAY - timedelta(days=1), DAY - timedelta(days=1), NOW
        )
        today = figure(made.form, "checked", scenes.PROVINCE, DAY, DAY, NOW)
        change = today.value - yesterday.value
        assert f"减少{-change}人" in text_of(held)

    def test_nobody_answered_is_said_and_never_zero(self, made, leader):
        Obligation.objects.filter(form=made.form, period_start=DAY).update(
            state="due", revision=0, numbers=None, filed_at=None, first_filed_at=None
        )
        found = draft_bulletin(series=scenes.series(made), first_day=DAY, last_day=DAY, by=leader, at=NOW)
        assert text_of(found) == "2月3日，松山省“检查点日报”应报6份，均未报送，本项没有数据。"
        table = next(b for b in found.content["blocks"] if b["kind"] == "table")
        shown = {found.content["figures"][f]["shown"] for row in table["rows"] for f in row["figures"]}
        assert shown == {"—"}

    def test_a_form_nobody_owes_on_that_day_says_so(self, made, leader):
        day = date(2020, 1, 5)
        found = draft_bulletin(series=scenes.series(made), first_day=day, last_day=day, by=leader, at=NOW)
        assert text_of(found) == "1月5日，松山省没有应报的“检查点日报”。"

    def test_silent_offices_are_named_and_situations_told(self, made, leader):
        told = scenes.situation(made)
        Situation.objects.filter(pk=told.pk).update(what=told.what + "联系电话13912345678。")
        found = draft_bulletin(series=scenes.series(made), first_day=DAY, last_day=DAY, by=leader, at=NOW)
        text = all_text(found)
        assert "逾期未报1个单位" in text and "白桦市第1检查点" in text
        assert "请求调拨口罩5000只" in text and "13912345678" not in text and "联系电话139" in text

    @pytest.mark.parametrize("kind", BulletinKind.values)
    def test_each_kind_has_a_plan_that_can_be_printed(self, made, leader, kind):
        series = scenes.series(made, kind, title=f"测试{kind}")
        found = draft_bulletin(
            series=series, first_day=DAY - timedelta(days=1), last_day=DAY, by=leader, at=NOW
        )
        issued = issue_bulletin(bulletin=found, version=1, by=leader, at=NOW)
        assert read_file(issued.pdf).startswith(b"%PDF")
        assert ("累计" in all_text(issued)) == (kind == "stage")

    def test_without_forms_there_is_nothing_to_make_a_plan_of(self):
        office = factories.office("220000000000")
        with pytest.raises(Refused, match=r"统计报表|form"):
            add_bulletin_series(
                kind="daily", title="日报", source="x", by=factories.actor(office, "officer"), at=NOW
            )


class TestPlan:
    def test_all_problems_are_told_at_once_with_their_part(self):
        data = [
            {"kind": "sentence", "form": 1, "text": "{checkd}人，{checked:twice}，{"},
            {"kind": "table", "form": 9, "cells": ["checked"]},
            {"kind": "curve", "form": 1, "cells": [], "days": 999},
            {"kind": "nothing"},
            {"kind": "text"},
        ]
        with translation.override("en"), pytest.raises(plan.BadPlan) as bad:
            plan.parse(data, {1: FORM})
        told = bad.value.problems
        assert [p.split(":")[0] for p in told[:3]] == ["Part 1"] * 3
        assert any(p.startswith("Part 2: choose a form") for p in told)
        assert any(p.startswith("Part 3: choose at least one figure") for p in told)
        assert any(p.startswith("Part 4 cannot be read") for p in told)
        assert any(p.startswith("Part 5: write the text") for p in told)

    @pytest.mark.parametrize("kind", BulletinKind.values)
    def test_default_plans_stand_the_check_and_survive_saving(self, kind):
        data = plan.defaults(kind, [(1, FORM)])
        parts = plan.parse(data, {1: FORM})
        assert [part.dump() for part in parts] == data
        assert plan.load(data) == parts

    @pytest.mark.parametrize("kind", BulletinKind.values)
    def test_every_shipped_form_has_a_default_plan(self, kind):
        shipped = {n: form for n, (_code, form) in enumerate(library(), start=1)}
        with translation.override("zh-hans"):
            for n, form in shipped.items():
                data = plan.defaults(kind, [(n, form)])
                if plan.cells_of(form):
                    assert plan.parse(data, shipped)

    def test_a_default_plan_keeps_to_what_can_be_printed(self):
        monthly = definition.parse(builders.DAILY | {"code": "monthly", "every": "month"})
        alone = builders.DAILY["indicators"][0] | {"code": "alone", "aggregate": "none"}
        odd = definition.parse(builders.DAILY | {"code": "odd", "indicators": [alone], "checks": []})
        many = [(n, FORM) for n in range(1, 40)]
        daily = plan.defaults("daily", [(90, monthly), (91, odd), *many])
        assert {part.get("form") for part in daily} == {None, *range(1, plan.MAX_FORMS + 1)}
        assert {part.get("form") for part in plan.defaults("weekly", [(90, monthly), (91, odd)])} == {
            None,
            90,
        }
        with pytest.raises(plan.BadPlan):
            plan.parse([{"kind": "table", "form": 91, "cells": ["alone"]}], {91: odd})

    def test_a_change_of_the_plan_holds_for_the_next_draft(self, made, leader, held):
        series = change_bulletin_series(
            series=held.series, title="新名称", source="某文件第一条", by=leader, at=NOW,
            plan_data=[{"kind": "sentence", "form": made.form.pk, "text": "截至{day}，检查{checked}人。"}],
        )  # fmt: skip
        day = DAY - timedelta(days=1)
        assert text_of(
            draft_bulletin(series=series, first_day=day, last_day=day, by=leader, at=NOW)
        ).startswith("截至2月2日，检查")
        assert len(Bulletin.objects.get(pk=held.pk).content["blocks"]) > 5


class TestEditing:
    def test_figures_stay_live_and_a_number_put_over_one_is_marked(self, held, leader):
        line = line_of(held)
        figures = held.content["figures"]
        text = sentences.editable(line["runs"], figures)
        value = figures["f1"]["shown"]
        changed = text.replace(f"[{value}|f1]", "[9,999|f1]").replace("人，", "人（含车站50人），", 1)
        after = edit_bulletin(bulletin=held, version=1, lines={line["id"]: changed}, by=leader, at=NOW)
        runs = line_of(after)["runs"]
        hands = [run for run in runs if "hand" in run]
        assert [run["hand"] for run in hands] == ["9,999", "50"]
        assert hands[0]["figure"] == "f1" and hands[0]["by"] == leader.name and "figure" not in hands[1]
        assert after.content["figures"]["f1"]["shown"] == value, "what was reported stays beside it"
        notes = layout.printed(after).by_hand
        assert len(notes) == 2 and value in notes[0] and leader.name in notes[1]

    def test_saving_a_line_as_it_is_changes_nothing(self, held, leader):
        lines = {
            b["id"]: sentences.editable(b["runs"], held.content["figures"])
            for b in held.content["blocks"]
            if b["kind"] == "line"
        }
        after = edit_bulletin(bulletin=held, version=1, lines=lines, by=leader, at=NOW)
        assert after.content["blocks"] == held.content["blocks"]

    def test_two_editors_do_not_overwrite_each_other(self, made, held, leader):
        other = factories.actor(made.office)
        edit_bulletin(bulletin=held, version=1, title="甲的标题", by=leader, at=NOW)
        with pytest.raises(Refused, match=leader.name):
            edit_bulletin(bulletin=held, version=1, title="乙的标题", by=other, at=NOW)
        with pytest.raises(Refused):
            refresh_bulletin(bulletin=held, version=1, by=other, at=NOW)
        assert Bulletin.objects.get(pk=held.pk).content["title"] == "甲的标题"

    def test_lines_are_added_and_taken_out(self, held, leader):
        first, second = held.content["blocks"][0]["id"], held.content["blocks"][1]["id"]
        after = edit_bulletin(
            bulletin=held, version=1, remove=[second], add={first: "另有3个县报告无新增。"}, by=leader, at=NOW
        )
        kinds = [b["kind"] for b in after.content["blocks"][:3]]
        assert kinds == ["heading", "line", "table"]
        assert [run["hand"] for run in line_of(after)["runs"] if "hand" in run] == ["3"]

    @pytest.mark.parametrize(
        "wrong",
        [
            {"lines": {"b99": "x"}},
            {"lines": {"b2": "人数[5|f999]人"}},
            {"lines": {"b2": " "}},
            {"title": " "},
        ],
    )
    def test_what_cannot_be_saved_is_refused_and_nothing_changes(self, held, leader, wrong):
        with pytest.raises(Refused):
            edit_bulletin(bulletin=held, version=1, by=leader, at=NOW, **wrong)
        assert Bulletin.objects.get(pk=held.pk).content == held.content

    def test_refresh_tells_what_changed_and_keeps_the_words(self, made, held, leader):
        line = line_of(held)
        text = sentences.editable(line["runs"], held.content["figures"]).replace("松山省", "全省", 1)
        after = edit_bulletin(bulletin=held, version=1, lines={line["id"]: text}, by=leader, at=NOW)
        before = after.content["figures"]["f1"]["shown"]
        late = Obligation.objects.get(form=made.form, state="due")
        Obligation.objects.filter(pk=late.pk).update(
            state="filed", revision=1, filed_at=NOW, first_filed_at=NOW, numbers=[100, 0, 0, 7]
        )
        fresh = refresh_bulletin(bulletin=after, version=2, by=leader, at=NOW + timedelta(hours=1))
        now = figure(made.form, "checked", scenes.PROVINCE, DAY, DAY, NOW).value
        assert text_of(fresh).startswith("2月3日，全省检查人数") and f"{now:,}" in text_of(fresh)
        rows = fresh.content["changes"]["rows"]
        assert {
            "label": "检查人数",
            "area": "松山省",
            "form": "检查点日报",
            "old": before,
            "new": f"{now:,}",
        } in rows
        assert "逾期未报0个单位" in all_text(fresh)
        assert refresh_bulletin(bulletin=fresh, version=3, by=leader, at=NOW).content["changes"]["rows"] == []

    @given(st.lists(st.sampled_from(["人", "检查", "{f1}", "{f2}", "，", "第3条", "2月5日"]), max_size=12))
    def test_what_is_edited_reads_back_the_same(self, pieces):
        figures = {"f1": {"shown": "1,234"}, "f2": {"shown": "增加5人"}}
        runs: list[dict] = []
        for piece in pieces:
            if piece.startswith("{"):
                runs.append({"figure": piece[1:-1]})
            elif runs and "text" in runs[-1]:
                runs[-1]["text"] += piece
            else:
                runs.append({"text": piece})
        text = sentences.editable(runs, figures)
        assert sentences.edited(text, runs, figures, by="某", at="now") == runs


class TestIssue:
    def test_an_issue_is_numbered_printed_once_and_frozen(self, held, leader):
        issued = issue_bulletin(bulletin=held, version=1, by=leader, at=NOW)
        assert (issued.year, issued.number, issued.state) == (2020, 1, "issued")
        word, pdf = read_file(issued.docx), read_file(issued.pdf)
        assert issue_bulletin(bulletin=held, version=1, by=leader, at=NOW).number == 1, "twice is once"
        Obligation.objects.update(numbers=[1, 1, 1, 1])
        again = Bulletin.objects.get(pk=issued.pk)
        assert (file_of(again, "docx"), file_of(again, "pdf")) == (word, pdf)
        for attempt in (edit_bulletin, refresh_bulletin, discard_bulletin):
            with pytest.raises(Refused):
                attempt(bulletin=again, version=again.version, by=leader, at=NOW)
        assert Event.objects.filter(verb="bulletin.issue").count() == 1

    def test_incomplete_figures_are_issued_with_their_completeness(self, held, leader):
        issued = issue_bulletin(bulletin=held, version=1, by=leader, at=NOW)
        pages = layout.printed(issued)
        assert "应报6份，已报5份，报送率83%" in text_of(issued)
        assert any("应报6份、已报5份" in note for note in pages.notes)

    def test_numbers_run_by_year_and_series(self, made, leader, held):
        issue_bulletin(bulletin=held, version=1, by=leader, at=NOW)
        other = scenes.series(made, "weekly", title="一周情况")
        weekly = draft_bulletin(series=other, first_day=DAY, last_day=DAY, by=leader, at=NOW)
        assert issue_bulletin(bulletin=weekly, version=1, by=leader, at=NOW).number == 1
        later = NOW.replace(year=2021)
        next_year = draft_bulletin(series=held.series, first_day=DAY, last_day=DAY, by=leader, at=later)
        issued = issue_bulletin(bulletin=next_year, version=1, by=leader, at=later)
        assert (issued.year, issued.number) == (2021, 1)

    def test_a_correction_is_a_new_issue_that_names_the_wrong_one(self, held, leader):
        wrong = issue_bulletin(bulletin=held, version=1, by=leader, at=NOW)
        with pytest.raises(Refused):
            draft_bulletin(
                series=wrong.series,
                first_day=DAY,
                last_day=DAY,
                by=leader,
                at=NOW,
                corrects=wrong,
                reason=" ",
            )
        right = draft_bulletin(
            series=wrong.series, first_day=DAY, last_day=DAY, by=leader, at=NOW, corrects=wrong,
            reason="云溪州人数漏计",
        )  # fmt: skip
        right = issue_bulletin(bulletin=right, version=1, by=leader, at=NOW)
        assert right.number == 2
        assert layout.printed(right).correction == "本期更正2020年第1期（2020年2月4日）：云溪州人数漏计"

    def test_only_the_offices_own_leader_issues(self, made, held):
        with pytest.raises(NotAllowed):
            issue_bulletin(bulletin=held, version=1, by=factories.actor(made.office, "officer"), at=NOW)
        above = factories.actor(factories.office("000000000000", level="country"), "leader")
        with pytest.raises(NotAllowed):
            issue_bulletin(bulletin=held, version=1, by=above, at=NOW)
        with pytest.raises(NotAllowed):
            draft_bulletin(series=held.series, first_day=DAY, last_day=DAY, by=above, at=NOW)

    def test_below_one_reads_what_is_issued_and_no_draft(self, made, held, leader):
        city = factories.actor(made.cities[0])
        with scope.applied(city):
            assert bulletin(city, held.pk) is None and Bulletin.objects.count() == 0
        issued = issue_bulletin(bulletin=held, version=1, by=leader, at=NOW)
        with scope.applied(city):
            found = bulletin(city, issued.pk)
            assert found is not None and file_of(found, "pdf").startswith(b"%PDF")
        stranger = factories.actor(factories.office("330000000000"))
        with scope.applied(stranger):
            assert bulletins(stranger).count() == 0 and Bulletin.objects.count() == 0

    def test_days_are_checked(self, made, leader):
        series = scenes.series(made)
        for first, last in ((DAY, DAY - timedelta(days=1)), (DAY, date(2020, 3, 1)), (date(2018, 1, 1), DAY)):
            with pytest.raises(Refused):
                draft_bulletin(series=series, first_day=first, last_day=last, by=leader, at=NOW)

    def test_a_draft_of_the_same_days_is_the_same_draft(self, held, leader):
        assert (
            draft_bulletin(series=held.series, first_day=DAY, last_day=DAY, by=leader, at=NOW).pk == held.pk
        )


@pytest.mark.django_db(transaction=True)
class TestNumbersAtOnce:
    def drafts(self, n: int) -> tuple[BulletinSeries, list[Bulletin], list]:
        made = scenes.scene(cities=1, per_city=1, days=1, second=False)
        series = scenes.series(made)
        by = [factories.actor(made.office, "leader") for _ in range(4)]
        days = [DAY - timedelta(days=back) for back in range(n)]
        return (
            series,
            [draft_bulletin(series=series, first_day=d, last_day=d, by=by[0], at=NOW) for d in days],
            by,
        )

    def test_no_number_twice_and_none_left_out_also_when_some_fail(self):
        _series, drafts, people = self.drafts(8)
        trouble: list[BaseException] = []

        def work(mine, by):
            try:
                for n, each in enumerate(mine):
                    with scope.applied(by):
                        if n == 0:
                            with pytest.raises(RuntimeError), transaction.atomic():
                                issue_bulletin(bulletin=each, version=1, by=by, at=NOW)
                                raise RuntimeError("the machine stops between number and commit")
                        issue_bulletin(bulletin=each, version=1, by=by, at=NOW)
            except BaseException as error:
                trouble.append(error)
            finally:
                connection.close()

        threads = [threading.Thread(target=work, args=(drafts[i::4], people[i])) for i in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(120)
        assert not trouble
        assert sorted(Bulletin.objects.values_list("number", flat=True)) == list(range(1, 9))

    def test_one_draft_issued_by_four_at_once_is_one_issue(self):
        _series, (draft,), people = self.drafts(1)
        numbers: list[int | None] = []

        def work(by):
            try:
                with scope.applied(by):
                    numbers.append(issue_bulletin(bulletin=draft, version=1, by=by, at=NOW).number)
            finally:
                connection.close()

        threads = [threading.Thread(target=work, args=(by,)) for by in people]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert numbers == [1, 1, 1, 1] and Event.objects.filter(verb="bulletin.issue").count() == 1

    def test_a_killed_connection_burns_no_number(self):
        _series, (first, second), people = self.drafts(2)

        def crash():
            with pytest.raises(Exception), transaction.atomic():  # noqa: B017
                issue_bulletin(bulletin=first, version=1, by=people[0], at=NOW)
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
            connection.close()

        thread = threading.Thread(target=crash)
        thread.start()
        thread.join(60)
        assert issue_bulletin(bulletin=second, version=1, by=people[1], at=NOW).number == 1
        assert issue_bulletin(bulletin=first, version=1, by=people[1], at=NOW).number == 2


@pytest.fixture
def issued(made, leader):
    held = draft_bulletin(
        series=scenes.series(made, "analysis"),
        first_day=DAY - timedelta(days=1),
        last_day=DAY,
        by=leader,
        at=NOW,
    )
    return issue_bulletin(bulletin=held, version=1, by=leader, at=NOW)


class TestWord:
    @pytest.fixture
    def book(self, issued):
        return docx.Document(io.BytesIO(file_of(issued, "docx")))

    def test_page_and_type_follow_the_standard(self, book):
        section = book.sections[0]
        sides = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
        assert [round(side.mm) for side in sides] == [37, 35, 28, 26]
        assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
        body = next(p for p in book.paragraphs if "检查人数" in p.text and p.text.startswith("2月"))
        assert body.paragraph_format.line_spacing == Pt(28.9)
        run = body.runs[0]
        assert run.font.size == Pt(16)
        assert run._element.rPr.rFonts.get(qn("w:eastAsia")) == "仿宋_GB2312"
        indent = body._element.pPr.find(qn("w:ind"))
        assert indent.get(qn("w:firstLineChars")) == "200"

    def test_red_head_number_headings_and_title(self, book, issued):
        lines = [p for p in book.paragraphs if p.text.strip()]
        assert lines[0].text == "疫情防控工作日报" and str(lines[0].runs[0].font.color.rgb) == "D7000F"
        assert lines[1].text == "2020年第1期"
        assert lines[2].text.split("\t") == ["　松山省人力资源和社会保障厅", "2020年2月4日"]
        assert lines[2]._element.pPr.find(qn("w:pBdr")).find(qn("w:bottom")).get(qn("w:color")) == "D7000F"
        assert any(p.text == "一、检查点日报" and p.style.name == "Heading 1" for p in lines)

    def test_tables_repeat_their_head_and_curves_are_pictures(self, book):
        for table in book.tables:
            first = table.rows[0]._tr.trPr
            assert first.find(qn("w:tblHeader")) is not None and first.find(qn("w:cantSplit")) is not None
            assert table.rows[1].cells[0].text == "合计"
            assert sum(c.width for c in table.rows[0].cells) <= Mm(156.2)
        assert len(book.inline_shapes) == 2
        assert book.inline_shapes[0]._inline.docPr.get("descr").startswith("图1")

    def test_sources_stand_at_the_end_and_every_mark_has_one(self, book, issued):
        text = "\n".join(p.text for p in book.paragraphs)
        pages = layout.printed(issued)
        for number, note in enumerate(pages.notes, start=1):
            assert f"[{number}]\t{note}" in text
        assert "演示发〔2020〕1号第二条" in text and "演示人社明电〔2020〕7号" in text

    def test_page_numbers_and_other_names_of_fonts(self, issued):
        with zipfile.ZipFile(io.BytesIO(file_of(issued, "docx"))) as parts:
            footers = [
                parts.read(n).decode() for n in parts.namelist() if "footer" in n and n.endswith(".xml")
            ]
            assert len(footers) == 2 and all("PAGE" in f and "— " in f for f in footers)
            assert {'w:val="right"' in f for f in footers} == {True, False}
            table = parts.read("word/fontTable.xml").decode()
            assert "altName" in table and "仿宋_GB2312" in table and "华文中宋" in table
            assert "evenAndOddHeaders" in parts.read("word/settings.xml").decode()


class TestPaper:
    def test_the_text_can_be_read_and_every_sign_has_a_glyph(self, issued):
        book = pypdf.PdfReader(io.BytesIO(file_of(issued, "pdf")))
        text = "".join("".join(page.extract_text().split()) for page in book.pages)
        for words in (
            "疫情防控工作日报",
            "2020年第1期",
            "一、检查点日报",
            "表1",
            "图1",
            "数据来源",
            "报送率",
        ):
            assert words in text
        for font in all_fonts(book):
            assert "CJK" in font or "Song" in font or "Hei" in font or "Fang" in font or "Sans" in font
        box = book.pages[0].mediabox
        assert (round(float(box.width) / 72 * 25.4), round(float(box.height) / 72 * 25.4)) == (210, 297)

    def test_a_sign_no_font_has_is_refused_and_no_number_is_burnt(self, held, leader):
        with transaction.atomic():
            after = edit_bulletin(bulletin=held, version=1, title="工作情况\U000f1234", by=leader, at=NOW)
        with pytest.raises(Refused), transaction.atomic():
            issue_bulletin(bulletin=after, version=2, by=leader, at=NOW)
        assert Bulletin.objects.get(pk=held.pk).number is None
        mended = edit_bulletin(bulletin=after, version=2, title="工作情况", by=leader, at=NOW)
        assert issue_bulletin(bulletin=mended, version=3, by=leader, at=NOW).number == 1

    def test_without_a_chinese_font_it_names_the_package(self):
        with pytest.raises(Refused, match="fonts-noto-cjk"):
            fonts.chosen(["DejaVu Sans", "Liberation Serif"])

    def test_the_best_type_at_hand_is_taken(self):
        faces = fonts.chosen(["FangSong", "Noto Serif CJK SC", "SimHei", "Noto Sans CJK SC"])
        assert (faces.body, faces.head, faces.black) == ("FangSong", "Noto Serif CJK SC", "SimHei")

    @pytest.mark.parametrize(
        "name", ["日报", "疫情防控工作日报", "松山省应对新型冠状病毒感染肺炎疫情工作领导小组办公室情况专报"]
    )
    def test_the_red_head_fits_one_line(self, name):
        size, tracking = paper.name_size(name)
        assert (size + tracking) * len(name) <= paper.TEXT_WIDTH + 0.1


def all_fonts(book: pypdf.PdfReader) -> set[str]:
    found = set()
    for page in book.pages:
        for font in (page["/Resources"].get("/Font") or {}).values():
            found.add(str(font.get_object()["/BaseFont"]))
    return found


@pytest.mark.parametrize(
    ("number", "words"), [(1, "一"), (10, "十"), (11, "十一"), (20, "二十"), (35, "三十五")]
)
def test_numerals(number, words):
    assert layout.numeral(number) == words
