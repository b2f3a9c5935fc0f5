"""System and security administrators act on people of their own range, each on their own things."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from chunfeng.core import accounts, queries
from chunfeng.core.models import Event, Session, User
from chunfeng.offices.models import Posting
from tests import factories
from tests.web.test_accounts import NEW, enrol, is_in, log_in

pytestmark = pytest.mark.django_db
COUNTY, TOWNSHIP, OTHER, CITY = "220104000000", "220104001000", "220204000000", "220100000000"


@pytest.fixture
def county():
    return factories.office(COUNTY, name="测试县就业服务局")


@pytest.fixture
def administrator(county):
    return factories.posting(county, "system_admin")


@pytest.fixture
def guard(county):
    return factories.posting(county, "security_admin")


def wish(**changes) -> dict[str, str]:
    return {
        "name": "测试新人",
        "username": "newcomer",
        "office_text": "测试县就业服务局",
        "role": "officer",
        "title": "科员",
        "valid_from": "2020-01-01",
        "valid_to": "",
    } | changes


def shown_password(page) -> str:
    return re.search(r'<p class="key"><code>([^<]+)</code>', page.content.decode())[1]


class TestSystemAdministrator:
    def test_a_new_person_comes_in_with_a_one_time_password(self, administrator):
        page = factories.browse(administrator).post(reverse("account-new"), wish())
        once = shown_password(page)
        user = User.objects.get(username="newcomer")
        assert user.postings.get().role == "officer"
        newcomer = Client()
        answer = log_in(newcomer, "newcomer", once)
        assert answer.url == reverse("login-password")
        newcomer.post(answer.url, {"new": NEW, "again": NEW})
        assert is_in(newcomer)
        assert not Event.objects.filter(detail__icontains=once).exists()

    @pytest.mark.parametrize(
        "wrong",
        [
            {"name": ""},
            {"username": "a b"},
            {"role": ""},
            {"role": "king"},
            {"valid_from": "gestern"},
            {"valid_to": "2019-12-31"},
            {"office_text": "没有这个单位"},
            {"username": "NEWCOMER2"},
        ],
    )
    def test_a_bad_wish_is_refused_and_nothing_is_left(self, administrator, wrong):
        User.objects.create_user(username="newcomer2", password="x", name="旧人")
        page = factories.browse(administrator).post(reverse("account-new"), wish(**wrong))
        assert page.status_code == 422
        assert page.context["form"].errors
        assert not User.objects.filter(username="newcomer").exists()

    def test_several_offices_are_offered(self, administrator):
        lower = factories.office(TOWNSHIP, name="测试县就业服务局一分局")
        client = factories.browse(administrator)
        page = client.post(reverse("account-new"), wish(office_text="就业服务局"))
        assert page.status_code == 422
        assert len(page.context["form"].matches) == 2
        client.post(
            reverse("account-new"),
            wish(office_text="就业服务局", searched="就业服务局", office=str(lower.pk)),
        )
        assert User.objects.get(username="newcomer").postings.get().office == lower

    def test_an_office_of_another_area_cannot_be_chosen(self, administrator):
        far = factories.office(OTHER, name="外地就业局")
        page = factories.browse(administrator).post(
            reverse("account-new"), wish(office_text="外地就业局", searched="外地就业局", office=str(far.pk))
        )
        assert page.status_code == 422
        assert not User.objects.filter(username="newcomer").exists()

    def test_people_of_another_area_are_not_in_the_list(self, administrator, county):
        near = factories.posting(factories.office(TOWNSHIP))
        far = factories.posting(factories.office(OTHER))
        client = factories.browse(administrator)
        page = client.get(reverse("accounts")).content.decode()
        assert near.user.username in page and f">{far.user.name}<" not in page
        assert client.get(reverse("account", args=[far.user_id])).status_code == 404

    def test_somebody_also_posted_above_is_out_of_reach(self, administrator, county):
        person = factories.posting(county)
        city = factories.office(CITY)
        Posting.objects.create(
            user=person.user, office=city, area_code=CITY, role="leader", valid_from=date(2020, 1, 1)
        )
        client = factories.browse(administrator)
        for act in ("password", "deactivate"):
            answer = client.post(reverse("account", args=[person.user_id]), {"act": act, "reason": "试"})
            assert answer.status_code == 403
        person.user.refresh_from_db()
        assert person.user.is_active and not person.user.must_change_password

    def test_closing_ends_sessions_and_needs_a_reason(self, administrator, county):
        person = factories.posting(county)
        theirs = Client()
        log_in(theirs, person.user.username)
        client, url = factories.browse(administrator), reverse("account", args=[person.user_id])
        assert client.post(url, {"act": "deactivate", "reason": " "}).status_code == 422
        assert client.post(url, {"act": "deactivate", "reason": "调离"}).status_code == 302
        assert theirs.get(reverse("sessions")).status_code == 302
        assert log_in(Client(), person.user.username).status_code == 422
        event = Event.objects.get(verb="account.deactivate")
        assert (event.reason, event.object_id) == ("调离", str(person.user_id))
        client.post(url, {"act": "reactivate", "reason": "调回"})
        assert log_in(Client(), person.user.username).status_code == 302

    def test_nobody_closes_the_own_account(self, administrator):
        client = factories.browse(administrator)
        url = reverse("account", args=[administrator.user_id])
        assert client.post(url, {"act": "deactivate", "reason": "试"}).status_code == 422

    def test_a_forgotten_password_is_replaced(self, administrator, county):
        person = factories.posting(county)
        page = factories.browse(administrator).post(
            reverse("account", args=[person.user_id]), {"act": "password"}
        )
        assert log_in(Client(), person.user.username, shown_password(page)).url == reverse("login-password")

    def test_postings_are_added_and_ended(self, administrator, county):
        person = factories.posting(county)
        client, url = factories.browse(administrator), reverse("account", args=[person.user_id])
        client.post(url, {"act": "post", **wish(role="leader")})
        added = person.user.postings.get(role="leader")
        client.post(url, {"act": "end", "posting": added.pk, "on": timezone.localdate().isoformat()})
        added.refresh_from_db()
        assert added.valid_to == timezone.localdate()

    def test_the_three_administrators_stay_three_people(self, administrator, guard):
        client = factories.browse(administrator)
        answer = client.post(
            reverse("account", args=[guard.user_id]), {"act": "post", **wish(role="audit_admin")}
        )
        assert answer.status_code == 422
        assert not guard.user.postings.filter(role="audit_admin").exists()


def test_a_one_time_password_puts_everybody_out_who_knew_the_old_one(administrator, county):
    from chunfeng.offices.queries import actor_for

    person = factories.posting(county)
    user, now = person.user, timezone.now()
    _token, key = accounts.create_token(
        user=user,
        name="x",
        permits="write",
        days=9,
        password="correct horse 77",
        by=actor_for(person),
        at=now,
    )
    user.must_change_password = True
    user.save()
    halfway = Client()
    step = log_in(halfway, user.username, "correct horse 77").url
    assert halfway.get(step).status_code == 200
    page = factories.browse(administrator).post(reverse("account", args=[user.pk]), {"act": "password"})
    assert queries.live_token(key, now) is None
    assert halfway.post(step, {"new": NEW, "again": NEW}).url == reverse("login")
    assert not is_in(halfway)
    owner = Client()
    step = log_in(owner, user.username, shown_password(page)).url
    owner.post(step, {"new": NEW, "again": NEW})
    assert is_in(owner)


@pytest.mark.parametrize("day", ["2020-13-45", "²", "x" * 50])
def test_a_posting_does_not_end_on_a_day_that_is_none(administrator, county, day):
    person = factories.posting(county)
    client, url = factories.browse(administrator), reverse("account", args=[person.user_id])
    assert client.post(url, {"act": "end", "posting": person.pk, "on": day}).status_code == 422
    person.refresh_from_db()
    assert person.valid_to is None


@pytest.mark.parametrize("pk", ["²", "9" * 30, "１"])
def test_an_office_key_that_is_none_is_no_office(administrator, pk):
    page = factories.browse(administrator).post(
        reverse("account-new"), wish() | {"office": pk, "searched": wish()["office_text"]}
    )
    assert page.status_code < 500


class TestSecurityAdministrator:
    def test_a_locked_account_is_seen_and_opened(self, guard, county):
        person = factories.posting(county)
        for _ in range(5):
            log_in(Client(), person.user.username, "wrong")
        client = factories.browse(guard)
        page = client.get(reverse("security"))
        assert [lock.user.pk for lock in page.context["locks"]] == [person.user_id]
        client.post(reverse("security-person", args=[person.user_id]), {"act": "unlock"})
        assert log_in(Client(), person.user.username).status_code == 302
        assert Event.objects.filter(verb="account.unlock", object_id=str(person.user_id)).exists()

    def test_locks_of_another_area_are_not_seen(self, guard):
        person = factories.posting(factories.office(OTHER))
        for _ in range(5):
            log_in(Client(), person.user.username, "wrong")
        assert factories.browse(guard).get(reverse("security")).context["locks"] == []
        assert (
            factories.browse(guard).get(reverse("security-person", args=[person.user_id])).status_code == 404
        )

    def test_sessions_of_a_person_end(self, guard, county):
        person, theirs = factories.posting(county), Client()
        log_in(theirs, person.user.username)
        client = factories.browse(guard)
        assert client.get(reverse("security")).context["sessions"] >= 1
        client.post(reverse("security-person", args=[person.user_id]), {"act": "sessions"})
        assert theirs.get(reverse("sessions")).status_code == 302
        assert not Session.objects.filter(user_id_at=person.user_id).exists()

    def test_a_second_factor_is_reset_with_a_reason(self, guard, county):
        person = factories.posting(county)
        enrol(person.user)
        client, url = factories.browse(guard), reverse("security-person", args=[person.user_id])
        assert client.post(url, {"act": "factor", "reason": ""}).status_code == 422
        assert queries.second_factor(person.user) is not None
        client.post(url, {"act": "factor", "reason": "手机遗失"})
        assert queries.second_factor(person.user) is None
        assert Event.objects.get(verb="account.second_factor_reset").reason == "手机遗失"

    def test_tokens_of_a_person_are_revoked(self, guard, county):
        from chunfeng.offices.queries import actor_for

        person = factories.posting(county)
        accounts.create_token(
            user=person.user,
            name="程序",
            permits="read",
            days=30,
            password="correct horse 77",
            by=actor_for(person),
            at=timezone.now(),
        )
        factories.browse(guard).post(
            reverse("security-person", args=[person.user_id]), {"act": "tokens", "reason": "泄露"}
        )
        assert person.user.api_tokens.get().revoked_at is not None

    def test_the_system_administrator_cannot_do_any_of_it(self, administrator, county):
        person = factories.posting(county)
        client = factories.browse(administrator)
        for act in ("unlock", "sessions", "factor", "tokens"):
            answer = client.post(
                reverse("security-person", args=[person.user_id]), {"act": act, "reason": "试"}
            )
            assert answer.status_code == 403


def test_lists_cost_the_same_for_few_and_for_many(
    administrator, guard, county, django_assert_max_num_queries
):
    for _ in range(12):
        enrol(factories.posting(county).user)
    for posting, name in ((administrator, "accounts"), (guard, "security")):
        client = factories.browse(posting)
        with django_assert_max_num_queries(24):
            assert client.get(reverse(name)).status_code == 200


def test_locks_run_out_of_the_list(guard, county):
    from axes.models import AccessAttempt

    person = factories.posting(county)
    for _ in range(5):
        log_in(Client(), person.user.username, "wrong")
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=31))
    assert factories.browse(guard).get(reverse("security")).context["locks"] == []
