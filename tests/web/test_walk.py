"""Every route as every role and as nobody, with objects of the own and of another area.

Written from the URL resolver: a new route is walked without a line here. In each of the two areas the row
of every model has the same number, so that any `<int:pk>` means an object of that area.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import pytest
from django.apps import apps
from django.db import connection, models, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, get_resolver

from chunfeng.core.models import Session, User
from chunfeng.offices import roles
from chunfeng.offices.choices import Role
from chunfeng.offices.models import Office, Posting
from tests import factories
from tests.builder import Builder

HERE, THERE = "220104000000", "220204000000"
NEAR, FAR = 880_001, 990_001
KWARGS = {"code": {NEAR: HERE, FAR: THERE}, "rest": {NEAR: "nowhere", FAR: "nowhere"}}
WORDS = {"name": "title", "index": 0, "number": 0, "kind": "visit", "page": "list"}
WORDS |= {"named": "leaving", "what": "unemployed"}
OPEN_TO_ALL = re.compile(
    r"^(publicity|office|area|emergency|posting$|programme|line)|^(api/v1/)?(offices|areas)/"
)
"""Directory data that everybody may read: offices by name, areas, emergencies."""
LEAVES_TRACE = re.compile(
    r'(?:INSERT INTO|UPDATE|DELETE FROM) "(?!core_event|core_session|django_session)(\w+)"'
)
LOCKS = re.compile(r"FOR (NO KEY )?UPDATE")


class SameKey(Builder):
    """The area's row of every model carries one number."""

    def __init__(self, area_code: str, key: int) -> None:
        super().__init__(area_code)
        self.key = key

    def new(self, model: type[models.Model], **given):
        if (
            isinstance(model._meta.pk, models.AutoField)
            and not model._base_manager.filter(pk=self.key).exists()
        ):
            given = {model._meta.pk.name: self.key, **given}
        return super().new(model, **given)


@dataclass(frozen=True)
class Route:
    """One address pattern."""

    pattern: str
    name: str
    ability: str | None
    is_api: bool
    takes: tuple[str, ...]

    def url(self, key: int) -> str:
        """The address for the objects with this number."""

        def fill(match: re.Match[str]) -> str:
            kind, name = match["kind"], match["name"]
            if name in KWARGS:
                return KWARGS[name][key]
            if name in WORDS:
                return str(WORDS[name])
            return str(key) if kind in (None, "int") else name

        url = re.sub(r"<(?:(?P<kind>\w+):)?(?P<name>\w+)>", fill, self.pattern)
        return "/" + re.sub(r"\^?\(\?P<rest>\.\*\)\$", "nowhere", url)

    @property
    def has_object(self) -> bool:
        return any(
            name in ("pk", "notice", "task", "key", "code") or name.endswith("_id") for name in self.takes
        )


def _walk(entries, prefix: str = "") -> Iterator[Route]:
    for entry in entries:
        if not isinstance(entry, URLPattern):
            yield from _walk(entry.url_patterns, prefix + str(entry.pattern))
            continue
        pattern = prefix + str(entry.pattern)
        takes = tuple(re.findall(r"<(?:\w+:)?(\w+)>", pattern))
        ability = getattr(entry.callback, "ability", "unknown")
        yield Route(pattern, entry.name or "", ability, pattern.startswith("api/"), takes)


ROUTES = sorted(_walk(get_resolver().url_patterns), key=lambda r: r.pattern)


@pytest.fixture
def world(db) -> dict[str, Posting]:
    """A row of every model in both areas, and one posting a role in the first."""
    for area, key in ((HERE, NEAR), (THERE, FAR)):
        builder = SameKey(area, key)
        for model in apps.get_models():
            if model.__module__.startswith("chunfeng.") and not model._meta.proxy and model is not Session:
                builder.make(model)
        User.objects.filter(pk=key).update(is_active=True)
    Office.objects.update(active=True)
    office = Office.objects.get(pk=NEAR)
    Posting.objects.filter(pk__in=(NEAR, FAR)).update(valid_from=date(2020, 1, 1), valid_to=None)
    return {role: factories.posting(office, role) for role in Role.values}


def _get(client: Client, url: str):
    """GET, and no more than SELECT reaches the database."""
    with CaptureQueriesContext(connection) as caught:
        answer = client.get(url)
    for query in caught.captured_queries:
        assert not LEAVES_TRACE.search(query["sql"]), f"GET {url} writes: {query['sql'][:200]}"
        assert not LOCKS.search(query["sql"]), f"GET {url} locks: {query['sql'][:200]}"
    return answer


def _post(client: Client, url: str):
    """POST of an empty form, undone afterwards."""
    with transaction.atomic():
        answer = client.post(url)
        transaction.set_rollback(True)
    return answer


def test_the_walk_knows_the_house():
    names = {route.name for route in ROUTES}
    assert {"home", "login", "accounts", "audit", "security"} <= names
    assert any(route.is_api for route in ROUTES)


def test_nobody_is_shown_the_door(world):
    for route in ROUTES:
        for act in (_get, _post):
            for key in (NEAR, FAR):
                url = route.url(key)
                answer = act(Client(), url)
                what = f"{act.__name__} {url}: {answer.status_code}"
                assert answer.status_code < 500, what
                if route.ability is None:
                    continue  # public
                to_log_in = answer.status_code == 302 and answer.url.startswith("/accounts/login/?next=")
                if not to_log_in:
                    assert answer.status_code in ((401, 404, 405) if route.is_api else (405,)), what


@pytest.mark.slow
@pytest.mark.parametrize("role", Role.values)
def test_every_route_as(world, role):
    client = factories.browse(world[role])
    opened = 0
    for route in ROUTES:
        for act in (_get, _post):
            if act is _post and route.name == "logout":
                continue  # would end the walk
            url = route.url(NEAR)
            answer = act(client, url)
            what = f"{role}: {act.__name__} {url}: {answer.status_code}"
            assert answer.status_code < 500, what
            opened += answer.status_code == 200
            if _lacks(role, route):
                assert answer.status_code in (403, 405), what
    assert opened >= 5, "the role opens next to nothing: the walk proves nothing"


@pytest.mark.slow
@pytest.mark.parametrize("role", Role.values)
def test_objects_of_another_area_are_not_there_for(world, role):
    client = factories.browse(world[role])
    walked = 0
    for route in ROUTES:
        if not route.has_object or OPEN_TO_ALL.match(route.name) or OPEN_TO_ALL.match(route.pattern):
            continue
        for act in (_get, _post):
            url = route.url(FAR)
            answer = act(client, url)
            walked += 1
            # 400, 422: an empty form refused before anything is looked up says nothing about the object
            calm = (403, 404, 405) if act is _get else (400, 403, 404, 405, 422)
            assert answer.status_code in calm, f"{role}: {act.__name__} {url}: {answer.status_code}"
    assert walked


@pytest.mark.slow
def test_every_screen_opens_for_somebody(world):
    """The objects of the walk are real ones: no screen answers everybody with 403 or 404."""
    clients = [factories.browse(posting) for posting in world.values()]
    shut = [
        route.url(NEAR)
        for route in ROUTES
        if route.ability
        and route.name != "api-nothing"
        and not route.is_api
        and all(_get(c, route.url(NEAR)).status_code in (403, 404) for c in clients)
    ]
    assert shut == []


HOSTILE = (
    "q=%00",
    "q=%25%27%22%3C",
    "after=zzz",
    "sort=-password",
    "on=2020-13-45",
    "from=x",
    "kind=%00",
    "page=-1",
)


@pytest.mark.slow
def test_hostile_queries_are_answered_calmly(world):
    asked: set[str] = set()
    for role in (Role.LEADER, Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN):
        client = factories.browse(world[role])
        for route in ROUTES:
            if route.name in asked or _lacks(role, route):
                continue
            asked.add(route.name)
            for query in HOSTILE:
                url = f"{route.url(NEAR)}?{query}"
                assert client.get(url).status_code < 500, url


def _lacks(role: str, route: Route) -> bool:
    if route.ability not in roles.ABILITIES:
        return False
    return role not in roles.ABILITIES[route.ability]
