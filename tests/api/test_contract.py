"""The API against its own schema: generated requests, no 5xx, every answer as described."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from hypothesis import HealthCheck, settings
from ninja import Schema
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from chunfeng.api.app import api
from chunfeng.areas.models import Area
from tests import factories
from tests.api.test_read import COUNTY_A, token_for
from tests.builder import Builder
from tests.reporting import builders
from tests.tasking.builders import tasks

CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
)


@cache
def _handler() -> WSGIHandler:
    return WSGIHandler()


def application(environ, start_response):
    """The site as WSGI, built on first use (settings of the tests apply by then)."""
    return _handler()(environ, start_response)


schema = schemathesis.openapi.from_dict(api.get_openapi_schema(path_prefix="/api/v1"))
schema.app = application


@dataclass(frozen=True)
class World:
    """A key, and what it can see."""

    key: str
    known: dict[str, int | str]


@pytest.fixture
def world(transactional_db) -> World:
    county = factories.office(COUNTY_A)
    task = tasks(factories.office("220100000000"), [county])[0]
    Builder(COUNTY_A).make(Area)
    form = builders.form(county, at=factories.NOW)
    owed = builders.obligation(form, county, date(2020, 2, 3))
    known = {"tasks": task.pk, "notices": task.notice_id, "offices": county.pk, "areas": COUNTY_A,
             "forms": form.pk, "reports": owed.pk, "messages": "sms"}  # fmt: skip
    return World(token_for(factories.posting(county, "leader"), "write"), known)


@pytest.mark.slow
@schema.parametrize()
@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.filter_too_much,
    ],
)
def test_every_operation_keeps_its_word(case, world):
    for name, value in case.path_parameters.items():
        if len(str(value)) % 2:  # every other request asks for something that is there
            case.path_parameters[name] = world.known[case.path.split("/")[3]]
    answer = case.call(headers={"Authorization": f"Bearer {world.key}"})
    case.validate_response(answer, checks=CHECKS)


def test_every_operation_is_described():
    described = api.get_openapi_schema(path_prefix="/api/v1")
    assert described["openapi"].startswith("3.1")
    for path, operations in described["paths"].items():
        for method, operation in operations.items():
            assert operation["summary"], f"{method} {path}"
            assert {401, 403, 422} <= set(operation["responses"]), f"{method} {path}"
            assert operation["security"], f"{method} {path}"


def test_no_two_schemas_share_a_name():
    """The second of a name would take the place of the first in the description."""
    made = [each for each in descendants(Schema) if each.__module__.startswith("chunfeng.api")]
    names = [each.__name__ for each in made]
    assert sorted(names) == sorted(set(names))


def descendants(of: type) -> set[type]:
    return {each for child in of.__subclasses__() for each in {child, *descendants(child)}}
