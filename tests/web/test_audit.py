"""The audit trail: what the auditor sees, narrows, exports; what nobody can change."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import timezone
from python_calamine import CalamineWorkbook

import chunfeng
from chunfeng.core import actions, scope
from chunfeng.core.actor import SYSTEM
from chunfeng.core.models import Event
from chunfeng.web.audit import verbs
from tests import factories

pytestmark = pytest.mark.django_db
COUNTY, OTHER = "220104000000", "220204000000"


@pytest.fixture
def office():
    return factories.office(COUNTY)


@pytest.fixture
def auditor(office):
    return factories.posting(office, "auditor")


@pytest.fixture
def keeper(office):
    return factories.posting(office, "audit_admin")


def note(verb="test.act", *, area=COUNTY, by=SYSTEM, **more) -> Event:
    with scope.applied(SYSTEM):
        actions.record(verb, by=by, area_code=area, **more)
        return Event.objects.latest("id")


def rows(page) -> list[str]:
    return [event.verb for event in page.context["page"].rows]


def test_the_own_area_newest_first(auditor):
    note("a.first")
    note("a.second")
    note("a.far", area=OTHER)
    assert rows(factories.browse(auditor).get(reverse("audit"))) == ["a.second", "a.first"]


def test_an_act_without_a_place_is_seen_by_every_auditor(auditor):
    note("account.login_failed", area="")
    assert rows(factories.browse(auditor).get(reverse("audit"))) == ["account.login_failed"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=弄丢", ["b.two"]),
        ("kind=read", ["b.two"]),
        ("role=leader", ["b.three"]),
        ("act=b.", ["b.three", "b.two"]),
        ("from=2020-02-02", ["b.three", "b.two"]),
        ("to=2020-02-01", ["a.one"]),
        ("from=2020-02-02&to=2020-02-02", ["b.two"]),
        ("q=nothing-like-it", []),
    ],
)
def test_it_is_narrowed(auditor, office, query, found):
    leader = factories.actor(office, "leader")
    note("a.one", at=datetime(2020, 2, 1, 15, 59, tzinfo=UTC))  # 23:59 in Shanghai
    note("b.two", at=datetime(2020, 2, 1, 16, 0, tzinfo=UTC), kind="read", reason="弄丢了手机")
    note("b.three", at=datetime(2020, 2, 3, tzinfo=UTC), by=leader)
    assert rows(factories.browse(auditor).get(f"{reverse('audit')}?{query}")) == found


def test_by_person_and_by_object(auditor, office):
    leader = factories.actor(office, "leader")
    note("a.one", by=leader, on=office)
    note("a.two")
    client = factories.browse(auditor)
    assert rows(client.get(reverse("audit"), {"person": leader.name})) == ["a.one"]
    assert rows(client.get(reverse("audit"), {"object": "offices.office", "key": office.pk})) == ["a.one"]


def test_a_wrong_day_is_named(auditor):
    answer = factories.browse(auditor).get(f"{reverse('audit')}?from=31.2.2020")
    assert answer.status_code == 422
    assert "31.2.2020" in answer.content.decode()


def test_pages_by_key_meet_without_gap(auditor):
    for n in range(120):
        note(f"n.{n}")
    client, seen, url = factories.browse(auditor), [], reverse("audit")
    while url:
        page = client.get(url).context["page"]
        seen += [event.verb for event in page.rows]
        url = reverse("audit") + page.next_query if page.next_query else ""
    assert seen == [f"n.{n}" for n in reversed(range(120))]


def test_the_export_holds_the_same_and_is_an_event(auditor):
    note("a.one", reason="理由")
    note("a.far", area=OTHER)
    answer = factories.browse(auditor).get(f"{reverse('audit')}?export=xlsx")
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    assert [line[2] for line in sheet[1:]] == ["a.one"]
    event = Event.objects.get(kind="export")
    assert (event.verb, event.detail["rows"], event.actor_id_at) == ("audit.export", 1, auditor.user_id)


def test_one_event_in_full(auditor):
    event = note("a.one", detail={"found": 3}, reason="理由")
    page = factories.browse(auditor).get(reverse("audit-event", args=[event.pk])).content.decode()
    assert "a.one" in page and "理由" in page and "found" in page
    far = note("a.far", area=OTHER)
    assert factories.browse(auditor).get(reverse("audit-event", args=[far.pk])).status_code == 404


def test_the_audit_administrator_sees_that_the_trail_is_whole(keeper):
    today = timezone.now()
    note("a.one", at=today - timedelta(days=1))
    note("a.two", at=today)
    note("a.three", at=today)
    page = factories.browse(keeper).get(reverse("audit-keeping"))
    assert page.context["guard"] is True
    assert [day["count"] for day in page.context["days"]] == [2, 1]


def test_the_auditor_does_not_keep_and_others_do_not_read(auditor, office):
    assert factories.browse(auditor).get(reverse("audit-keeping")).status_code == 403
    for role in ("officer", "leader", "system_admin", "security_admin"):
        assert factories.browse(factories.posting(office, role)).get(reverse("audit")).status_code == 403


LITERAL = re.compile(
    r"record(?:_access|_read|_export)?\(\s*\"([a-z_]+\.[a-z_]+)\"|(?<=\n)\s+\"([a-z]+\.[a-z_]+)\",? by="
)


def test_every_act_in_the_source_has_a_name():
    source = Path(chunfeng.__file__).parent
    found = {a or b for p in source.rglob("*.py") for a, b in LITERAL.findall(p.read_text(encoding="utf-8"))}
    assert len(found) > 30
    assert [verb for verb in sorted(found) if verbs.say(verb) == verb] == []
