"""Coming in, going out, and one's own account."""

from __future__ import annotations

import re
import time
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_otp.oath import totp

from chunfeng.core import accounts, queries
from chunfeng.core.models import ApiToken, Authenticator, Event, Session
from tests import factories

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse 77"
NEW = "ein neues Wort 4711"
WISH = {"name": "报表程序", "permits": "read", "days": "90", "password": PASSWORD}


@pytest.fixture
def officer():
    return factories.posting(factories.office("220104000000"))


def log_in(client, username, password=PASSWORD, **more):
    return client.post(reverse("login"), {"username": username, "password": password, **more})


def is_in(client) -> bool:
    return "_auth_user_id" in client.session


def verbs(**narrow) -> list[str]:
    return list(Event.objects.filter(kind="access", **narrow).order_by("id").values_list("verb", flat=True))


def enrol(user) -> Authenticator:
    device = accounts.begin_second_factor(user=user)
    device.confirmed = True
    device.save()
    return device


def code_of(device, ahead: int = 0) -> str:
    return f"{totp(device.bin_key, drift=ahead):06d}"


class TestComingIn:
    def test_a_right_password_leads_in_and_is_noted(self, client, officer):
        answer = log_in(client, officer.user.username)
        assert (answer.status_code, answer.url) == (302, reverse("home"))
        assert is_in(client)
        event = Event.objects.get(verb="account.login")
        assert (event.kind, event.actor_id_at, event.office_name) == (
            "access",
            officer.user_id,
            officer.office.name,
        )

    def test_it_leads_to_where_one_wanted_to_go_but_never_outside(self, client, officer):
        answer = log_in(client, officer.user.username, next="/accounts/sessions/")
        assert answer.url == "/accounts/sessions/"
        answer = log_in(Client(), officer.user.username, next="https://evil.example/")
        assert answer.url == reverse("home")

    def test_a_wrong_password_stays_outside_and_is_noted(self, client, officer):
        answer = log_in(client, officer.user.username, "wrong")
        assert answer.status_code == 422
        assert not is_in(client)
        assert verbs(actor_id_at=officer.user_id) == ["account.login_failed"]

    def test_an_unknown_user_name_is_noted_masked(self, client):
        log_in(client, "my-secret-password")
        detail = Event.objects.get(verb="account.login_failed").detail
        assert detail["user_name"].startswith("my-*") and "secret" not in str(detail)

    def test_a_closed_account_stays_outside(self, client, officer):
        officer.user.is_active = False
        officer.user.save()
        assert log_in(client, officer.user.username).status_code == 422

    def test_five_failures_lock_even_the_right_password_out(self, client, officer):
        for _ in range(4):
            assert log_in(client, officer.user.username, "wrong").status_code == 422
        answer = log_in(client, officer.user.username, "wrong")
        assert answer.status_code == 429
        assert "30" in answer.content.decode()
        assert log_in(client, officer.user.username).status_code == 429
        assert not is_in(client)
        assert verbs(actor_id_at=officer.user_id)[-2:] == ["account.locked", "account.locked"]
        other = factories.posting(officer.office)
        assert log_in(Client(), other.user.username).status_code == 302, "another user at the address is free"
        elsewhere = Client(REMOTE_ADDR="10.1.2.3")
        assert log_in(elsewhere, officer.user.username).status_code == 302, (
            "the user at another address is free"
        )

    def test_the_lock_opens_after_half_an_hour(self, client, officer):
        from axes.models import AccessAttempt

        for _ in range(5):
            log_in(client, officer.user.username, "wrong")
        AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=31))
        assert log_in(client, officer.user.username).status_code == 302

    def test_several_postings_are_offered_and_the_choice_is_kept(self, client, officer):
        second = factories.office("220204000000")
        officer.user.postings.create(
            office=second, area_code=second.area_code, role="leader", valid_from=date(2020, 1, 1)
        )
        answer = log_in(client, officer.user.username)
        assert answer.url == reverse("posting")
        page = client.get(answer.url)
        assert second.name in page.content.decode()
        chosen = officer.user.postings.get(role="leader")
        client.post(reverse("posting"), {"posting": chosen.pk})
        assert client.session["posting"] == chosen.pk
        assert client.get(reverse("sessions")).context["actor"].office_id == second.pk

    def test_somebody_elses_posting_cannot_be_chosen(self, client, officer):
        other = factories.posting(factories.office("220204000000"))
        client = factories.browse(officer)
        assert client.post(reverse("posting"), {"posting": other.pk}).status_code == 422
        assert client.session["posting"] == officer.pk

    def test_a_person_without_a_posting_can_still_leave_and_change_the_password(self, client, officer):
        officer.valid_to = date(2020, 1, 2)
        officer.save()
        log_in(client, officer.user.username)
        assert client.get(reverse("home")).status_code == 403
        assert client.get(reverse("password")).status_code == 200
        assert client.post(reverse("logout")).status_code == 302
        assert not is_in(client)


class TestLeaving:
    def test_log_out_ends_the_session_and_is_noted(self, client, officer):
        log_in(client, officer.user.username)
        assert Session.objects.filter(user_id_at=officer.user_id).count() == 1
        client.post(reverse("logout"))
        assert not is_in(client)
        assert Session.objects.filter(user_id_at=officer.user_id).count() == 0
        assert verbs(actor_id_at=officer.user_id)[-1] == "account.logout"

    def test_a_link_cannot_log_out(self, client, officer):
        log_in(client, officer.user.username)
        assert client.get(reverse("logout")).status_code == 405

    def test_log_out_everywhere_else(self, client, officer):
        other = Client()
        log_in(client, officer.user.username)
        log_in(other, officer.user.username)
        client.post(reverse("sessions"))
        assert client.get(reverse("sessions")).status_code == 200
        assert other.get(reverse("sessions")).status_code == 302

    def test_a_session_ends_after_eight_hours_and_with_the_browser(self, client, officer):
        answer = log_in(client, officer.user.username)
        assert answer.cookies["sessionid"]["expires"] == ""
        left = Session.objects.get(user_id_at=officer.user_id).expire_date - timezone.now()
        assert timedelta(hours=7, minutes=59) < left <= timedelta(hours=8)


class TestPassword:
    def test_it_changes_and_other_sessions_end(self, client, officer):
        other = Client()
        log_in(client, officer.user.username)
        log_in(other, officer.user.username)
        answer = client.post(reverse("password"), {"old": PASSWORD, "new": NEW, "again": NEW})
        assert answer.status_code == 302
        assert client.get(reverse("sessions")).status_code == 200
        assert other.get(reverse("sessions")).status_code == 302
        assert log_in(Client(), officer.user.username, NEW).status_code == 302

    @pytest.mark.parametrize(
        ("old", "new", "again"),
        [
            ("wrong", NEW, NEW),
            (PASSWORD, NEW, NEW + "x"),
            (PASSWORD, "kurz1", "kurz1"),
            (PASSWORD, "12345678901", "12345678901"),
            (PASSWORD, "password123", "password123"),
            (PASSWORD, PASSWORD, PASSWORD),
            (PASSWORD, "zhang-xiao-yan1", "zhang-xiao-yan1"),
        ],
    )
    def test_it_is_refused_with_the_reason(self, officer, old, new, again):
        officer.user.name = "Zhang Xiaoyan"
        officer.user.save()
        client = factories.browse(officer)
        answer = client.post(reverse("password"), {"old": old, "new": new, "again": again})
        assert answer.status_code == 422
        assert answer.context["form"].errors
        officer.user.refresh_from_db()
        assert officer.user.check_password(PASSWORD)

    def test_a_one_time_password_opens_nothing_but_the_change(self, client, officer):
        officer.user.must_change_password = True
        officer.user.save()
        answer = log_in(client, officer.user.username)
        assert answer.url == reverse("login-password")
        assert not is_in(client)
        assert client.get(reverse("sessions")).status_code == 302
        answer = client.post(answer.url, {"new": NEW, "again": NEW})
        assert answer.url == reverse("home")
        assert is_in(client)
        assert "account.password" in verbs(actor_id_at=officer.user_id)

    def test_the_step_needs_a_right_password_first(self, client):
        assert client.get(reverse("login-password")).url == reverse("login")
        assert client.post(reverse("login-password"), {"new": NEW, "again": NEW}).url == reverse("login")

    def test_the_way_in_is_forgotten_after_ten_minutes(self, client, officer, monkeypatch):
        enrol(officer.user)
        log_in(client, officer.user.username)
        later = timezone.now() + timedelta(minutes=11)
        monkeypatch.setattr("chunfeng.web.accounts.views.timezone.now", lambda: later)
        assert client.get(reverse("login-code")).url == reverse("login")


class TestSecondFactor:
    def test_the_key_is_sealed_in_the_database(self, officer):
        device = enrol(officer.user)
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("SELECT key FROM otp_totp_totpdevice")
            (stored,) = cursor.fetchone()
        assert device.bin_key.hex() not in stored
        assert len(device.bin_key) == 20

    def test_it_is_set_up_with_a_picture_and_confirmed_by_a_code(self, officer):
        client = factories.browse(officer)
        client.post(reverse("second-factor"), {"act": "begin"})
        page = client.get(reverse("second-factor")).content.decode()
        assert "<svg" in page and "style=" not in page.split("<main", 1)[1]
        device = queries.waiting_second_factor(officer.user)
        assert client.post(reverse("second-factor"), {"act": "confirm", "code": "000000"}).status_code == 422
        assert queries.second_factor(officer.user) is None
        answer = client.post(reverse("second-factor"), {"act": "confirm", "code": code_of(device)})
        codes = re.findall(r"<code>([A-Z2-9]{5}-[A-Z2-9]{5})</code>", answer.content.decode())
        assert len(codes) == 10
        assert queries.second_factor(officer.user) is not None
        assert codes[0] not in client.get(reverse("second-factor")).content.decode()

    def test_log_in_asks_for_the_code(self, client, officer):
        device = enrol(officer.user)
        answer = log_in(client, officer.user.username, next="/accounts/sessions/")
        assert answer.url.startswith(reverse("login-code"))
        assert not is_in(client)
        assert client.post(answer.url, {"code": "000000"}).status_code == 422
        Authenticator.objects.update(throttling_failure_timestamp=None, throttling_failure_count=0)
        answer = client.post(answer.url, {"code": code_of(device)})
        assert answer.url == "/accounts/sessions/"
        assert Event.objects.get(verb="account.login").detail == {"second_factor": True}

    def test_a_code_opens_once(self, officer):
        device = enrol(officer.user)
        code = code_of(device)
        for client, inside in ((Client(), True), (Client(), False)):
            answer = log_in(client, officer.user.username)
            client.post(answer.url, {"code": code})
            assert is_in(client) is inside

    def test_wrong_codes_lock_like_wrong_passwords(self, client, officer):
        device = enrol(officer.user)
        step = log_in(client, officer.user.username).url
        for _ in range(4):
            assert client.post(step, {"code": "000000"}).status_code == 422
        assert client.post(step, {"code": "000000"}).status_code == 429
        Authenticator.objects.update(throttling_failure_timestamp=None, throttling_failure_count=0)
        assert client.post(step, {"code": code_of(device)}).status_code == 429
        assert not is_in(client)

    def test_a_backup_code_opens_once_and_is_not_stored_in_the_clear(self, officer):
        from django_otp.plugins.otp_static.models import StaticToken

        device = accounts.begin_second_factor(user=officer.user)
        from chunfeng.offices.queries import actor_for

        codes = accounts.confirm_second_factor(
            user=officer.user, code=code_of(device), by=actor_for(officer), at=timezone.now()
        )
        stored = set(StaticToken.objects.values_list("token", flat=True))
        assert not stored & {accounts.digits(code) for code in codes}
        for client, inside in ((Client(), True), (Client(), False)):
            answer = log_in(client, officer.user.username)
            client.post(answer.url, {"code": codes[0].lower()})
            assert is_in(client) is inside

    @pytest.mark.parametrize(("role", "asked"), [("leader", True), ("audit_admin", True), ("officer", False)])
    def test_it_is_required_where_the_site_says_so(self, client, officer, settings, role, asked):
        settings.REQUIRE_TOTP = True
        person = factories.posting(officer.office, role)
        answer = log_in(client, person.user.username)
        assert (answer.url == reverse("login-second-factor")) is asked
        assert is_in(client) is not asked
        if not asked:
            return
        client.post(answer.url)
        device = queries.waiting_second_factor(person.user)
        page = client.post(answer.url, {"code": code_of(device)})
        assert page.status_code == 200
        assert is_in(client)
        assert (
            factories.browse(person)
            .post(reverse("second-factor"), {"act": "drop", "password": PASSWORD})
            .status_code
            == 422
        )

    def test_it_is_replaced_with_the_password_only(self, officer):
        first = enrol(officer.user)
        client = factories.browse(officer)
        for wrong in ({}, {"password": "x"}):
            answer = client.post(reverse("second-factor"), {"act": "begin"} | wrong)
            assert answer.status_code == 422
            assert queries.waiting_second_factor(officer.user) is None
        client.post(reverse("second-factor"), {"act": "begin", "password": PASSWORD})
        device = queries.waiting_second_factor(officer.user)
        client.post(reverse("second-factor"), {"act": "confirm", "code": code_of(device)})
        assert queries.second_factor(officer.user) == device != first

    @pytest.mark.parametrize(("before", "after"), [("aes", "sm4"), ("sm4", "aes")])
    def test_backup_codes_and_tokens_outlive_a_change_of_cipher(
        self, client, officer, settings, before, after
    ):
        from chunfeng.offices.queries import actor_for

        settings.FIELD_CIPHER = before
        device, by, now = accounts.begin_second_factor(user=officer.user), actor_for(officer), timezone.now()
        codes = accounts.confirm_second_factor(user=officer.user, code=code_of(device), by=by, at=now)
        token, key = accounts.create_token(
            user=officer.user, name="x", permits="read", days=1, password=PASSWORD, by=by, at=now
        )
        settings.FIELD_CIPHER = after
        assert queries.live_token(key, now) == token
        client.post(log_in(client, officer.user.username).url, {"code": codes[0]})
        assert is_in(client)

    def test_it_can_be_given_up_with_the_password(self, officer):
        enrol(officer.user)
        client = factories.browse(officer)
        assert client.post(reverse("second-factor"), {"act": "drop", "password": "x"}).status_code == 422
        client.post(reverse("second-factor"), {"act": "drop", "password": PASSWORD})
        assert queries.second_factor(officer.user) is None


class TestTokens:
    def test_the_key_is_shown_once_and_only_its_hash_is_kept(self, officer):
        client = factories.browse(officer)
        page = client.post(reverse("tokens"), WISH)
        key = re.search(r"<code>(cf_[\w-]{40,})</code>", page.content.decode())[1]
        assert key not in client.get(reverse("tokens")).content.decode()
        token = ApiToken.objects.get()
        assert token.key_hash == accounts.token_hash(key)
        assert token.posting_id_at == officer.pk

    def test_it_can_be_revoked_by_its_owner_only(self, officer):
        client = factories.browse(officer)
        client.post(reverse("tokens"), WISH)
        token = ApiToken.objects.get()
        other = factories.browse(factories.posting(officer.office))
        assert other.post(reverse("token-revoke", args=[token.pk])).status_code == 404
        assert client.post(reverse("token-revoke", args=[token.pk])).status_code == 302
        token.refresh_from_db()
        assert token.revoked_at is not None

    @pytest.mark.parametrize(
        "wrong", [{"name": ""}, {"permits": "all"}, {"days": "9999"}, {"password": "x"}, {"password": ""}]
    )
    def test_bad_wishes_are_refused(self, officer, wrong):
        wish = WISH | wrong
        assert factories.browse(officer).post(reverse("tokens"), wish).status_code == 422
        assert not ApiToken.objects.exists()


def test_the_way_in_is_light_and_keeps_the_strict_policy(client):
    """Below 20 kB with its styles, no script, nothing inline."""
    page = client.get(reverse("login"))
    text = page.content.decode()
    assert "<script" not in text and "style=" not in text and "<style" not in text
    policy = page["Content-Security-Policy"]
    assert "unsafe" not in policy and "script-src 'self'" in policy
    from django.contrib.staticfiles import finders

    weight = len(page.content)
    for path in re.findall(r'(?:href|src)="/static/([^"]+)"', text):
        weight += Path(finders.find(path)).stat().st_size
    assert weight < 20_000


def test_the_language_is_kept(client):
    client.post(reverse("language"), {"language": "en", "next": "/accounts/login/"})
    assert "Password" in client.get(reverse("login")).content.decode()
    client.post(reverse("language"), {"language": "zh-hans", "next": "/accounts/login/"})
    assert "Password" not in client.get(reverse("login")).content.decode()


def test_log_in_takes_the_same_time_for_known_and_unknown_names(client, officer, settings):
    """Who has an account cannot be read off the clock."""
    settings.PASSWORD_HASHERS = ["chunfeng.core.passwords.TunedArgon2"]
    officer.user.set_password(PASSWORD)
    officer.user.save()

    def spent(name: str) -> float:
        begun = time.perf_counter()
        log_in(Client(), name, "wrong")
        return time.perf_counter() - begun

    spent("warm-up")
    known, unknown = (
        min(spent(officer.user.username) for _ in range(2)),
        min(spent(f"nobody{n}") for n in range(2)),
    )
    assert unknown > known / 4


def test_the_rules_shown_are_the_rules_in_force(settings):
    names = [rule["NAME"].rsplit(".", 1)[-1] for rule in settings.AUTH_PASSWORD_VALIDATORS]
    assert names == [
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    ]
    assert settings.AUTH_PASSWORD_VALIDATORS[1]["OPTIONS"] == {"min_length": accounts.MIN_PASSWORD}
    assert len(accounts.password_rules()) == len(names)
