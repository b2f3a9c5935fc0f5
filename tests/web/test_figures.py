"""The room of figures: what each page shows, who sees it, and what a bad address is told."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from io import BytesIO

import pytest
from django.urls import reverse
from django.utils import timezone
from python_calamine import CalamineWorkbook

from chunfeng.areas.models import BEGINNING, Area
from tests import factories as f
from tests.reporting import builders

pytestmark = pytest.mark.django_db
DAY = date(2020, 2, 1)
NAMES = {
    "220000000000": ("测试省", "province"),
    "220100000000": ("春申市", "city"),
    "220200000000": ("河阳市", "city"),
    "220300000000": ("南岭市", "city"),
}


@pytest.fixture
def scene():
    """A province with three cities; two days of figures, one city silent on the second."""
    Area.objects.bulk_create(
        [
            Area(
                code=code, name=name, kind=kind, level=1 if kind == "province" else 2,
                parent_code="000000000000" if kind == "province" else "220000000000",
                valid_from=BEGINNING, source="made up",
            )
            for code, (name, kind) in NAMES.items()
        ],
        ignore_conflicts=True,
    )  # fmt: skip
    top = f.office("220000000000", name="测试省就业局")
    form = builders.form(top, at=timezone.now())
    offices = {code: f.office(f"{code}001001", name=f"{code}村") for code in ("220101", "220201", "220301")}
    filed = datetime(2020, 2, 1, 8, tzinfo=UTC)
    builders.filed(form, offices["220101"], DAY - timedelta(1), filed, checked=10, still=4)
    builders.filed(form, offices["220101"], DAY, filed, checked=1200, still=5)
    builders.filed(form, offices["220201"], DAY, filed, checked=8, still=1)
    builders.obligation(form, offices["220301"], DAY)
    return top, form, offices


def test_home_shows_the_headline_of_each_form(scene):
    top, form, _offices = scene
    page = f.browse(f.posting(top)).get(reverse("figures")).content.decode()
    assert form.title in page and "1,208" in page and form.source in page


def test_the_table_adds_up_names_its_source_and_shows_a_dash(scene):
    top, form, _offices = scene
    answer = f.browse(f.posting(top)).get(reverse("rollup", args=[form.pk]))
    page = answer.content.decode()
    assert [tile.shown for tile in answer.context["tiles"]] == ["1,200", "8", "—"]
    assert [tile.shade for tile in answer.context["tiles"]] == [3, 1, 0]
    assert answer.context["total"].row.numbers["checked"] == 1208
    assert "春申市" in page and form.source in page
    assert 'style="' not in page


def test_counted_in_all_since_the_form_began(scene):
    top, form, _offices = scene
    client = f.browse(f.posting(top))
    *_others, (_label, since_it_began, _here) = client.get(reverse("rollup", args=[form.pk])).context["spans"]
    answer = client.get(reverse("rollup", args=[form.pk]) + since_it_began)
    assert answer.context["total"].row.numbers == {
        "checked": 1218,
        "isolated": None,
        "released": None,
        "still": 6,
    }


def test_the_way_to_the_period_before_and_after(scene):
    top, form, offices = scene
    builders.obligation(form, offices["220201"], DAY + timedelta(days=7))
    client = f.browse(f.posting(top))
    asked = reverse("rollup", args=[form.pk])
    page = client.get(asked, {"first": "2020-02-01"}).context
    assert "first=2020-01-31&" in page["earlier"] and "first=2020-02-08&" in page["later"]
    assert client.get(asked, {"first": "2020-01-31"}).context["earlier"] == ""
    week = client.get(asked, {"first": "2020-01-26", "last": "2020-02-01"}).context
    assert "first=2020-02-02&last=2020-02-08" in week["later"]


def test_another_day_beside_it(scene):
    top, form, _offices = scene
    query = {"against": "2020-01-31", "cell": "checked"}
    answer = f.browse(f.posting(top)).get(reverse("rollup", args=[form.pk]), query)
    changes = {line.name: line.change for line in answer.context["lines"]}
    assert (changes["春申市"].before, changes["春申市"].difference) == ("10", "+1,190")
    assert changes["春申市"].per_cent == "+11900.0%"
    assert (changes["河阳市"].before, changes["河阳市"].difference) == ("—", "—")


def test_days_beside_as_many_other_days_are_named_in_full(scene):
    top, form, _offices = scene
    query = {"first": "2020-01-31", "last": "2020-02-01", "against": "2020-01-29"}
    page = f.browse(f.posting(top)).get(reverse("rollup", args=[form.pk]), query).content.decode()
    assert "<small>2020-01-29 – 01-30</small>" in page


def test_from_a_number_to_the_signed_filing(scene):
    top, form, offices = scene
    client = f.browse(f.posting(top))
    query = {"area": "220100000000", "cell": "checked", "first": "2020-02-01", "last": "2020-02-01"}
    page = client.get(reverse("figures-offices", args=[form.pk]), query).content.decode()
    filed = form.obligations.get(office=offices["220101"], period_start=DAY)
    assert reverse("report", args=[filed.pk]) in page and "1,200" in page
    assert offices["220201"].name not in page
    missing = client.get(reverse("figures-offices", args=[form.pk]), {"standing": "missing"}).content.decode()
    assert offices["220301"].name in missing and offices["220101"].name not in missing


def test_a_village_sees_itself_alone_and_no_other_area(scene):
    _top, form, offices = scene
    client = f.browse(f.posting(offices["220201"]))
    answer = client.get(reverse("rollup", args=[form.pk]))
    assert answer.context["total"].row.numbers["checked"] == 8
    assert client.get(reverse("rollup", args=[form.pk]), {"area": "220100000000"}).status_code == 404
    other = client.get(reverse("figures-offices", args=[form.pk]), {"area": "220100000000"})
    assert other.status_code == 404


def test_curves_are_a_part_for_the_table_and_a_page_alone(scene):
    top, form, _offices = scene
    client = f.browse(f.posting(top))
    url = reverse("figures-curves", args=[form.pk])
    part = client.get(url, headers={"HX-Request": "true"}).content.decode()
    assert part.startswith("<section") and "<polyline" in part and "1,208" in part
    assert "<html" in client.get(url, {"curve": ["checked", "still"]}).content.decode()


def test_pivot_and_its_file(scene):
    top, form, _offices = scene
    client = f.browse(f.posting(top))
    url = reverse("figures-pivot", args=[form.pk])
    query = {"rows": "below", "columns": "day", "cell": "still", "first": "2020-01-31", "last": "2020-02-01"}
    answer = client.get(url, query)
    assert answer.context["lines"] == [
        ("春申市", ["4", "5"], "5"),  # a stock: what was stated last, not 9
        ("河阳市", ["—", "1"], "1"),
        ("南岭市", ["—", "—"], "—"),
    ]
    assert answer.context["sums"] == ["4", "6"] and answer.context["grand"] == "6"
    file = client.get(url, {**query, "export": "xlsx"})
    rows = CalamineWorkbook.from_filelike(BytesIO(file.content)).get_sheet_by_index(0).to_python()
    assert rows[4] == ["春申市", 4.0, 5.0, 5.0]
    assert form.source in rows[1][0]


def test_quality_lists_the_silent_office_first_and_says_how(scene):
    top, form, offices = scene
    client = f.browse(f.posting(top))
    answer = client.get(reverse("figures-quality", args=[form.pk]))
    rows = answer.context["page"].rows
    assert (rows[0].name, rows[0].score) == (offices["220301"].name, 0)
    assert (rows[-1].score, rows[-1].answered) == (100, 1)
    file = client.get(reverse("figures-quality", args=[form.pk]), {"export": "xlsx"})
    assert file["Content-Type"].endswith("sheet")


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"first": "2020-02-30"}, 422),
        ({"first": "2020-02-02", "last": "2020-02-01"}, 422),
        ({"first": "2018-01-01", "last": "2020-02-01"}, 422),
        ({"area": "zz"}, 404),
        ({"cell": "nonsense"}, 200),
        ({"show": ["nonsense"]}, 200),
        ({"today": "1"}, 200),
    ],
)
def test_bad_addresses_get_a_sentence(scene, query, status):
    top, form, _offices = scene
    answer = f.browse(f.posting(top)).get(reverse("rollup", args=[form.pk]), query)
    assert answer.status_code == status
    if status == 422:
        assert "2020-02-01" in answer.content.decode() or "366" in answer.content.decode()


def test_a_form_nobody_owes_yet_has_no_figures(scene):
    top, _form, _offices = scene
    other = builders.form(top, at=timezone.now(), code="other")
    client = f.browse(f.posting(top))
    for name in ("rollup", "figures-curves", "figures-offices", "figures-quality", "figures-pivot"):
        assert client.get(reverse(name, args=[other.pk])).status_code == 200
    assert client.get(reverse("rollup", args=[99999])).status_code == 404
