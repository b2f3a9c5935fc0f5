"""The room of forms: the editor loses nothing, problems stand at their fields, a data call is one page."""

from __future__ import annotations

import io
import re
from datetime import date, timedelta

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone, translation
from hypothesis import given
from hypothesis import strategies as st

from chunfeng.reporting import definition, queries
from chunfeng.reporting.definition import BadForm
from chunfeng.reporting.models import Form, Obligation, PeakPeriod
from chunfeng.web.forms import draft as drafts
from chunfeng.web.forms import words
from chunfeng.web.forms.asking import Asked, read
from chunfeng.web.forms.codes import code_for
from chunfeng.web.forms.differences import differences
from chunfeng.web.forms.problems import place
from tests import factories
from tests.reporting import builders
from tests.tasking.builders import tasks

RICH = {
    "code": "rich-form",
    "title": {"zh": "演示月报", "en": "Demo monthly"},
    "source": {"number": "演示发〔2020〕1号", "title": "演示通知", "clause": "第二条", "date": "2020-01-26"},
    "every": "month:25",
    "peak_every": "day",
    "cut_off": "09:30",
    "grace": 90,
    "days_after": 2,
    "working_days": True,
    "figures": "own",
    "zero": False,
    "note": {"zh": "说明", "en": "Note"},
    "reporters": [
        {"level": "county", "line": "hrss", "within": 30},
        {"offices": ["T1", "T2"], "area": "320700000000"},
    ],
    "dimensions": [
        {"code": "sex", "label": "性别", "categories": {"m": "男", "f": {"zh": "女", "en": "women"}}},
        {"code": "age", "label": {"zh": "年龄", "en": "age"}, "categories": {"young": "青年", "old": "老年"}},
    ],
    "indicators": [
        {"code": "trained", "label": "已培训", "type": "count", "unit": "人", "by": ["sex", "age"]},
        {
            "code": "post", "label": {"zh": "在岗", "en": "In post"}, "type": "count", "unit": "人",
            "aggregate": "last", "jump": 0, "jump_from": 5, "help": "含借调", "prefill": "register:people:staff",
            "source": {"number": "演示发〔2020〕2号", "clause": "第三条"},
        },
        {"code": "rate", "label": "培训率", "type": "ratio", "of": "trained", "to": "post", "target": 100},
        {"code": "women", "label": "女性占比", "type": "ratio", "of": "trained.f.young", "to": "trained"},
        {"code": "cost", "label": "经费", "type": "money"},
        {"code": "cost_w", "label": "经费（万元）", "type": "number", "unit": "万元", "decimals": 2},
        {
            "code": "how", "label": "方式", "type": "choice", "choices": {"a": "线上", "b": "线下"},
            "required": False,
        },
        {"code": "who", "label": "联系人", "type": "name"},
    ],
    "checks": [
        {
            "code": "less", "rule": "trained <= post", "strength": "soft",
            "message": {"zh": "培训多于在岗", "en": "more trained than in post"}, "identity": True,
            "source": {"number": "演示发〔2020〕3号"},
        },
        {
            "code": "grow", "rule": "trained >= previous(trained) or not filled(post)", "strength": "hard",
            "message": "减少",
        },
    ],
}  # fmt: skip


def posted(draft: drafts.Draft) -> QueryDict:
    """The page's fields as a browser would send them."""
    post = QueryDict(mutable=True)
    for name, value in draft.top.items():
        if value is True:
            post[name] = "on"
        elif value is not False:
            post[name] = value
    for kind in drafts.KINDS:
        for row in draft.rows(kind):
            post.appendlist(kind, row.key)
            for name, value in row.values.items():
                if isinstance(value, list):
                    post.setlist(f"{row.key}-{name}", value)
                elif value is True:
                    post[f"{row.key}-{name}"] = "on"
                elif value is not False:
                    post[f"{row.key}-{name}"] = value
    return post


def test_the_editor_loses_nothing_of_a_definition():
    parsed = definition.parse(RICH)
    data = definition.dump(parsed)
    draft = drafts.from_data(data)
    assert definition.parse(drafts.to_data(draft)) == parsed
    assert definition.parse(drafts.to_data(drafts.from_post(posted(draft)))) == parsed


def test_the_editor_loses_nothing_of_the_shipped_forms():
    for code, form in queries.library():
        sent = drafts.from_post(posted(drafts.from_data(definition.dump(form))))
        assert definition.parse(drafts.to_data(sent)) == form, code


@given(st.dictionaries(st.text(max_size=8), st.text(max_size=12), max_size=12))
def test_whatever_is_posted_becomes_a_draft(fields):
    post = QueryDict(mutable=True)
    post.update(fields)
    for kind, letter in drafts.KINDS.items():
        post.setlist(kind, [f"{letter}1", "x", f"{letter}²", f"{letter}1"])
    draft = drafts.from_post(post)
    assert [len(draft.rows(kind)) for kind in drafts.KINDS] == [1, 1, 1, 1]
    with pytest.raises(BadForm):
        definition.parse(drafts.to_data(draft))


@given(st.text(max_size=60), st.sets(st.text("ab_2", max_size=3), max_size=4))
def test_codes_made_are_codes(label, taken):
    code = code_for(label, taken)
    assert re.fullmatch(r"[a-z][a-z0-9_]{0,39}", code) and code not in taken


def test_codes_are_the_sounds_and_stay():
    assert code_for("检查人数", ()) == "jian_cha_ren_shu"
    assert code_for("检查人数", {"jian_cha_ren_shu"}) == "jian_cha_ren_shu_2"
    assert code_for("24小时热线", ()) == "x_24_xiao_shi_re_xian"
    assert (
        code_for("务工人员返程“两数”日报", (), joint="-", most=60)
        == "wu-gong-ren-yuan-fan-cheng-liang-shu-ri-bao"
    )


def test_rows_keep_their_key_while_they_move():
    draft = drafts.from_data(RICH)
    first, second = draft.indicators[:2]
    draft.move(first.key, 1)
    assert [row.key for row in draft.indicators[:2]] == [second.key, first.key]
    draft.move(second.key, -1)  # at the top already
    assert draft.indicators[0] is second
    draft.remove(second.key)
    assert draft.add("indicators").key not in {row.key for row in draft.indicators[:-1]}
    assert draft.indicators[1].values["of"] == f"#{first.key}", "a ratio follows its figure"


def test_every_problem_stands_at_its_field():
    draft = drafts.from_data(RICH)
    draft.top |= {"cut_off": "25:99", "source_number": "", "source_title": ""}
    draft.indicators[1].values["label_zh"] = ""
    draft.indicators[1].values["label_en"] = ""
    draft.indicators[4].values["type"] = "gold"
    draft.reporters[0].values["level"] = ""
    draft.reporters[0].values["line"] = ""
    draft.dimensions[1].values["categories"] = ""
    draft.indicators[1].values["jump"] = "viel"
    with pytest.raises(BadForm) as bad:
        definition.parse(drafts.to_data(draft))
    placed = place(bad.value.problems, draft)
    assert len(placed) == len(bad.value.problems)
    anchors = {each.anchor for each in placed}
    assert {"f-cut_off", "f-source_number", "row-i2", "row-i5", "row-p1", "row-d2"} <= anchors
    assert all(each.anchor != "editor" for each in placed)


@pytest.mark.parametrize(
    ("line", "asked"),
    [
        ("1. 新开工企业数（家）", Asked("新开工企业数", "家")),
        ("（二）返岗人数，人", Asked("返岗人数", "人")),
        ("③ 资金\t万元", Asked("资金", "万元", "number")),
        ("补贴金额(元)", Asked("补贴金额", "元", "money")),
        ("企业数（规模以上）", Asked("企业数（规模以上）")),
        ("复工率", Asked("复工率", "%", "number")),
        ("是否设立专班", Asked("是否设立专班", "", "yesno")),
        ("存在问题", Asked("存在问题", "", "long")),
        ("联系人", Asked("联系人", "", "name")),
        ("联系电话", Asked("联系电话", "", "phone")),
        ("3.5吨以上车辆，辆", Asked("3.5吨以上车辆", "辆")),
    ],
)
def test_a_pasted_line_is_a_question(line, asked):
    assert read(line) == [asked]


@given(st.text(max_size=200))
def test_any_pasted_text_gives_questions_a_form_can_ask(text):
    found = read(text)
    if found:
        data = builders.DAILY | {
            "checks": [],
            "indicators": [{"code": f"n{n}", **each.indicator()} for n, each in enumerate(found, 1)],
        }
        assert len(definition.parse(data).indicators) == len(found)


def test_a_check_in_plain_words():
    with translation.override("en"):
        labels = {"still": "still isolated", "isolated": "new", "released": "released"}
        said = words.rule("previous(still) + isolated == released + still", labels)
        assert said == "“still isolated” of the previous period + “new” = “released” + “still isolated”"
        assert words.rule("a - (b - c) <= 2 * (a + b)", {}) == "“a” − (“b” − “c”) <= 2 × (“a” + “b”)".replace(
            "<=", "≤"
        ).replace("(", "（").replace(")", "）")


def test_versions_differ_in_words():
    old = definition.parse(RICH)
    data = definition.dump(old)
    data["indicators"][1]["label"] = "在岗人数"
    del data["indicators"][7]
    data["cut_off"] = "10:00"
    data["checks"][0]["strength"] = "hard"
    new = definition.parse(data)
    with translation.override("en"):
        found = {(d.where, d.old, d.new) for d in differences(old, new)}
    assert ("indicator “在岗人数”", "In post", "在岗人数") in found
    assert ("indicator “联系人”", "联系人", "") in found
    assert any(where == "cut-off" and "10:00" in after for where, _before, after in found)
    assert any(where.endswith("strength") for where, _before, _after in found)
    assert differences(old, old) == []


# ---- pages


@pytest.fixture
def city(db):
    return factories.office("320700000000", line="hrss", name="海州市人力资源和社会保障局")


@pytest.fixture
def counties(city):
    return [
        factories.office(f"3207{n}000000", line="hrss", name=f"{name}人力资源和社会保障局", parent=city)
        for n, name in ((21, "青禾县"), (22, "云溪县"), (23, "平湖县"))
    ]


@pytest.fixture
def officer(city):
    return factories.browse(factories.posting(city, "officer"))


def send(client, url: str, fields, **options):
    """POST with every value of a field that stands several times."""
    data = dict(fields.lists()) if isinstance(fields, QueryDict) else fields
    return client.post(url, data, **options)


def editor_fields(client, url) -> QueryDict:
    """What the browser would send back from the editor as it opened."""
    context = client.get(url).context
    return posted(context["draft"])


def filled(client, **changes) -> QueryDict:
    post = editor_fields(client, reverse("form-new"))
    post["title_zh"], post["source_number"], post["source_clause"] = "检查日报", "演示发〔2020〕1号", "第二条"
    post["i1-label_zh"], post["p1-level"] = "检查人数", "county"
    for name, value in changes.items():
        post[name.replace("__", "-")] = value
    return post


def test_a_form_from_the_editor_to_the_ledger(officer, counties):
    post = filled(officer)
    post["act"] = "save"
    answer = send(officer, reverse("form-new"), post)
    form = Form.objects.get()
    assert answer.status_code == 302 and answer.url == reverse("form", args=[form.pk])
    assert form.code == "jian-cha-ri-bao" and form.state == "draft"
    page = officer.get(reverse("form", args=[form.pk])).content.decode()
    assert "检查人数" in page and "3" in page and "演示发〔2020〕1号" in page

    today = timezone.localdate()
    send(officer, reverse("form-publish", args=[form.pk]), {"applies_from": today.isoformat()})
    form.refresh_from_db()
    assert form.state == "active" and list(form.slots) == ["jian_cha_ren_shu"]

    edit = reverse("form-edit", args=[form.pk])
    post = editor_fields(officer, edit)
    post["act"], post["i1-label_zh"] = "save", "检查总人数"
    assert send(officer, edit, post).status_code == 302
    shown = officer.get(reverse("form", args=[form.pk]) + "?version=2").content.decode()
    assert "<del>检查人数</del><ins>检查总人数</ins>" in shown
    text = officer.get(reverse("form-export", args=[form.pk]) + "?version=2").content.decode()
    assert "检查总人数" in text and definition.load_yaml(text).code == form.code


def test_a_refusal_keeps_what_was_typed_and_marks_the_row(officer, counties):
    post = filled(officer, i1__label_zh="", i1__jump="viel", title_zh="")
    post["act"] = "save"
    answer = send(officer, reverse("form-new"), post)
    page = answer.content.decode()
    assert answer.status_code == 422 and not Form.objects.exists()
    assert 'value="viel"' in page and 'value="演示发〔2020〕1号"' in page
    row = page[page.index('id="row-i1"') : page.index("</fieldset>", page.index('id="row-i1"'))]
    assert "errors" in row and 'aria-invalid="true"' in row
    assert 'href="#f-title_zh"' in page


def test_the_preview_shows_what_is_right_and_names_the_rest(officer, counties):
    post = filled(officer)
    post["act"] = "add:indicators"
    draft = send(officer, reverse("form-new"), post).context["draft"]
    page = send(officer, reverse("form-show"), posted(draft)).content.decode()
    assert "检查人数" in page and "#row-i2" in page
    draft.top |= {"title_zh": "", "every": "manchmal"}
    page = send(officer, reverse("form-show"), posted(draft)).content.decode()
    assert "检查人数" in page and "#f-every" in page and "#f-title_zh" in page


def test_rows_are_added_and_moved_without_scripts(officer):
    post = filled(officer)
    post["act"] = "add:indicators"
    page = send(officer, reverse("form-new"), post)
    draft = page.context["draft"]
    assert [row.values["label_zh"] for row in draft.indicators] == ["检查人数", ""]
    post = posted(draft)
    post["act"] = "up:i2"
    draft = send(officer, reverse("form-new"), post).context["draft"]
    assert [row.key for row in draft.indicators] == ["i2", "i1"]
    assert not Form.objects.exists()


def test_a_part_is_answered_to_htmx(officer, counties):
    post = filled(officer)
    post["act"] = "save"
    answer = send(officer, reverse("form-new"), post, headers={"HX-Request": "true"})
    assert answer.status_code == 204
    assert answer["HX-Redirect"] == reverse("form", args=[Form.objects.get().pk])
    preview = send(officer, reverse("form-show"), filled(officer)).content.decode()
    assert "检查人数" in preview and "<html" not in preview


def test_an_expression_is_read_while_it_is_typed(officer):
    post = filled(officer)
    post.setlist("checks", ["c1"])
    url = reverse("form-check") + "?field=c1-rule"
    post["c1-rule"] = "jian_cha_ren_shu >= 0"
    assert "“检查人数” ≥ 0" in send(officer, url, post).content.decode()
    post["c1-rule"] = "jian_cha >= 0"
    assert "jian_cha" in send(officer, url, post).content.decode()
    assert "errors" in send(officer, url, post).content.decode()
    post["c1-rule"] = "__import__('os')"
    assert "errors" in send(officer, url, post).content.decode()


def test_yaml_is_the_same_draft(officer, city):
    form = builders.form(city, at=factories.NOW)
    url = reverse("form-yaml", args=[form.pk])
    text = officer.get(url).context["yaml"]
    refused = send(officer, url, {"yaml": text.replace("checked", "CHECKED")})
    assert refused.status_code == 422 and "CHECKED" in refused.content.decode()
    assert send(officer, url, {"yaml": text.replace("检查人数", "查验人数")}).status_code == 302
    assert "查验人数" in officer.get(reverse("form-edit", args=[form.pk])).content.decode()


def test_a_form_ends_with_a_reason(officer, city):
    form = builders.form(city, at=factories.NOW)
    url = reverse("form-end", args=[form.pk])
    assert send(officer, url, {"on": "2020-03-01", "reason": " "}).status_code == 422
    assert send(officer, url, {"on": "bald", "reason": "不再需要"}).status_code == 422
    assert send(officer, url, {"on": "2020-03-01", "reason": "不再需要"}).status_code == 302
    form.refresh_from_db()
    assert (form.state, form.ends_on) == ("ended", date(2020, 3, 1))


def test_the_list_searches_and_exports(officer, city):
    builders.form(city, at=factories.NOW)
    builders.form(city, at=factories.NOW, code="other", title="另一张表")
    page = officer.get(reverse("forms") + "?q=另一张").content.decode()
    assert "另一张表" in page and "检查点日报" not in page
    sheet = officer.get(reverse("forms") + "?export=xlsx")
    assert sheet.status_code == 200 and sheet.content[:2] == b"PK"


def test_a_county_reads_but_does_not_change_the_citys_form(city, counties):
    form = builders.form(city, at=factories.NOW)
    client = factories.browse(factories.posting(counties[0], "officer"))
    page = client.get(reverse("form", args=[form.pk]))
    assert page.status_code == 200 and reverse("form-edit", args=[form.pk]) not in page.content.decode()
    post = {"on": "2020-03-01", "reason": "不再需要"}
    assert send(client, reverse("form-end", args=[form.pk]), post).status_code in (403, 422)
    form.refresh_from_db()
    assert form.state == "active"


def call_fields(client, query: str = "", **changes) -> dict[str, str]:
    call = client.get(reverse("form-call") + query).context["call"]
    fields = {
        "title": call.title or "复工情况", "paste": "新开工企业数，家\n返岗人数，人\n存在问题",
        "document": "《关于演示的通知》（演示发〔2020〕1号）", "clause_text": "第二条", "when": call.when,
        "who": call.who, "line": call.line, "note": "", "key": "k1", "act": "send",
    }  # fmt: skip
    return fields | changes


def test_a_data_call_reaches_every_county(officer, city, counties):
    answer = send(officer, reverse("form-call"), call_fields(officer))
    form = Form.objects.get()
    assert answer.status_code == 302 and answer.url == reverse("form-sent", args=[form.pk])
    assert {o.office_id for o in Obligation.objects.filter(form=form)} == {c.pk for c in counties}
    assert "演示发〔2020〕1号" in form.source and "第二条" in form.source
    page = officer.get(answer.url).content.decode()
    assert all(county.name in page for county in counties)
    again = send(officer, reverse("form-call"), call_fields(officer))  # the same page sent twice
    assert again.url == answer.url and Form.objects.count() == 1


def test_a_call_says_what_is_missing_and_keeps_the_rest(officer, counties):
    fields = call_fields(officer, title="", paste="", when="other", other="morgen", note="请勿漏报")
    answer = send(officer, reverse("form-call"), fields)
    assert answer.status_code == 422 and not Form.objects.exists()
    assert set(answer.context["call"].wrong) == {"title", "rows", "when"}
    assert "请勿漏报" in answer.content.decode()
    without = send(officer, reverse("form-call"), call_fields(officer, document="", clause_text=""))
    assert without.status_code == 422 and "source" in without.context["call"].wrong
    past = (timezone.localtime() - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    late = send(officer, reverse("form-call"), call_fields(officer, when="other", other=past))
    assert late.status_code == 422 and "all" in late.context["call"].wrong
    nobody = send(officer, reverse("form-call"), call_fields(officer, who="village", line="archives"))
    assert nobody.status_code == 422 and not Form.objects.exists()


def test_a_call_from_a_duty_brings_its_source(officer, city, counties):
    notice = factories.notice(city)
    duty = notice.duties.get()
    query = f"?duty={duty.pk}"
    page = officer.get(reverse("form-call") + query)
    assert page.context["call"].title and duty.quote in page.content.decode()
    fields = call_fields(officer, duty=str(duty.pk), document="", clause_text="")
    assert send(officer, reverse("form-call"), fields).status_code == 302
    form = Form.objects.get()
    assert (form.duty_id, form.clause_id) == (duty.pk, duty.clause_id)
    # from the notice to the form, and from the form to who reported and to the figures
    seen = officer.get(reverse("notice", args=[duty.clause.notice_id])).content.decode()
    assert f'href="{reverse("form", args=[form.pk])}">{form.title}</a>' in seen
    seen = officer.get(reverse("form", args=[form.pk])).content.decode()
    assert reverse("ledger", args=[form.pk]) in seen and reverse("rollup", args=[form.pk]) in seen
    assert notice.number in form.source and form.emergency_id == notice.emergency_id


def test_task_and_notice_lead_to_the_call(officer, city, counties):
    task = tasks(city, counties)[0]
    link = reverse("form-call") + f"?duty={task.duty_id}"
    county = factories.browse(factories.posting(task.office, "officer"))
    assert link in county.get(reverse("task", args=[task.pk])).content.decode()
    assert link in officer.get(reverse("notice", args=[task.notice_id])).content.decode()
    caller = factories.browse(factories.posting(task.office, "caller"))
    assert link not in caller.get(reverse("task", args=[task.pk])).content.decode()


def test_a_call_to_chosen_offices_of_the_own_area_only(officer, city, counties):
    outside = factories.office("330100000000", line="hrss")
    fields = call_fields(officer, who="chosen") | {"office": [str(counties[1].pk), str(outside.pk)]}
    assert send(officer, reverse("form-call"), fields).status_code == 302
    assert [o.office_id for o in Obligation.objects.all()] == [counties[1].pk]
    found = officer.get(reverse("form-offices") + "?name=office&called=青禾").content.decode()
    assert counties[0].name in found and f'value="{counties[0].pk}"' in found


def test_the_preview_counts_while_one_chooses(officer, counties):
    page = send(officer, reverse("form-call-show"), call_fields(officer)).content.decode()
    assert "新开工企业数" in page and '<b class="num">3</b>' in page


def test_a_shipped_form_is_taken_and_published(officer, city, counties):
    shelf = officer.get(reverse("form-library"))
    code = next(code for code, _form in queries.library())
    assert reverse("form-use") + f"?form={code}" in shelf.content.decode()
    url = reverse("form-use") + f"?form={code}"
    post = QueryDict(mutable=True)
    post.update({"reporters": "p1", "p1-level": "county", "p1-line": "hrss", "act": "publish"})
    assert send(officer, url, post).status_code == 302
    form = Form.objects.get()
    assert (form.code, form.state, form.origin) == (code, "active", "library")
    assert send(officer, url, post).status_code == 422  # the office has it already
    post["act"] = "add:reporters"
    assert len(send(officer, url, post).context["draft"].reporters) == 2


def book(**sheets: list[list[str]]) -> bytes:
    """A workbook with these sheets."""
    out = io.BytesIO()
    made = xlsxwriter.Workbook(out)
    for name, rows in sheets.items():
        sheet = made.add_worksheet(name)
        for n, row in enumerate(rows):
            sheet.write_row(n, 0, row)
    made.close()
    return out.getvalue()


def test_a_yaml_file_opens_in_the_editor_and_is_kept_as_imported(officer, city):
    text = definition.dump_yaml(definition.parse(builders.DAILY))
    page = officer.post(reverse("form-import"), {"file": SimpleUploadedFile("表.yaml", text.encode())})
    assert page.status_code == 200 and not Form.objects.exists()
    post = posted(page.context["draft"])
    post["act"], post["origin"] = "save", page.context["origin"]
    assert send(officer, reverse("form-new"), post).status_code == 302
    form = Form.objects.get()
    assert form.origin == "import"
    assert queries.definition_of(queries.draft_of(form)) == definition.parse(builders.DAILY)


def test_an_xlsform_opens_with_the_list_of_what_was_left(officer, city):
    survey = [
        ["type", "name", "label"],
        ["integer", "checked", "检查人数"],
        ["image", "photo", "现场照片"],
    ]
    data = book(survey=survey, choices=[["list_name", "name", "label"]])
    page = officer.post(reverse("form-import"), {"file": SimpleUploadedFile("表.xlsx", data)})
    assert [row.values["label_zh"] for row in page.context["draft"].indicators] == ["检查人数"]
    assert len(page.context["left"]) == 1 and page.context["left"][0] in page.content.decode()


@pytest.mark.parametrize(("name", "content"), [("表.yaml", b"code: ["), ("表.doc", b"x"), ("表.xlsx", b"x")])
def test_a_file_that_is_no_form_is_refused(officer, name, content):
    answer = officer.post(reverse("form-import"), {"file": SimpleUploadedFile(name, content)})
    assert answer.status_code == 422 and 'role="alert"' in answer.content.decode()
    assert officer.post(reverse("form-import"), {}).status_code == 422


def test_peak_periods_are_entered_with_their_source_and_ended(officer, city):
    url = reverse("form-peaks")
    fields = {"name": "春节返岗", "first_day": "2020-02-03", "last_day": "2020-02-20", "source": ""}
    refused = send(officer, url, fields)
    assert refused.status_code == 422 and "春节返岗" in refused.content.decode()
    assert send(officer, url, fields | {"source": "演示发〔2020〕1号第一条"}).status_code == 302
    peak = PeakPeriod.objects.get()
    end = reverse("form-peak-end", args=[peak.pk])
    assert send(officer, end, {"on": "2020-02-15", "reason": ""}).status_code == 422
    assert send(officer, end, {"on": "2020-02-15", "reason": "提前结束"}).status_code == 302
    peak.refresh_from_db()
    assert peak.last_day == date(2020, 2, 15)


def test_an_auditor_looks_and_changes_nothing(city):
    form = builders.form(city, at=factories.NOW)
    client = factories.browse(factories.posting(city, "auditor"))
    assert client.get(reverse("form", args=[form.pk])).status_code == 200
    assert client.get(reverse("form-call")).status_code == 403
    assert send(client, reverse("form-peaks"), {"name": "x"}).status_code in (403, 422)
    assert not PeakPeriod.objects.exists()


def test_categories_keep_their_order_through_the_database(city):
    choices = {"z": "其他", "bb": "火车站", "a": "高速出口"}
    indicators = [{"code": "kind", "label": "类型", "type": "choice", "choices": choices}]
    form = builders.form(city, at=factories.NOW, indicators=indicators, checks=[])
    version = queries.current_version(Form.objects.get(pk=form.pk))
    assert list(queries.definition_of(version).indicators[0].choices) == ["z", "bb", "a"]
    assert "choices: {z: 其他, bb: 火车站, a: 高速出口}" in definition.dump_yaml(
        queries.definition_of(version)
    )


def test_a_check_shows_the_codes_it_may_name_before_anything_is_saved(officer):
    """Codes are made from the labels; without them nobody could write the first check of a new form."""
    fields = {"indicators": ["i1", "i2"], "i1-label_zh": "新隔离", "i2-label_zh": "仍在隔离", "checks": "c1"}
    part = officer.post(reverse("form-new"), fields | {"act": "add:checks"}, headers={"HX-Request": "true"})
    shown = officer.post(reverse("form-show"), fields, headers={"HX-Request": "true"})
    for answer in (part, shown):
        codes = re.findall(r'data-insert="(\w+)">\w+ <span>(\S+)</span>', answer.content.decode())
        assert [label for _code, label in codes] == ["新隔离", "仍在隔离"] and len(dict(codes)) == 2
    assert 'id="f-codes" hx-swap-oob="true"' in shown.content.decode()
