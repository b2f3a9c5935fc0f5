"""Every shipped form can be taken into use where the usual bureaus sit side by side."""

from __future__ import annotations

import pytest

from chunfeng.core import scope
from chunfeng.reporting import actions, library
from tests import factories

pytestmark = pytest.mark.django_db
FORMS = sorted(code for code, _form in library.forms())


@pytest.mark.parametrize("code", FORMS)
def test_a_shipped_form_is_published_and_owed(code):
    province = factories.office("220000000000", line="employment")
    for area in ("220100000000", "220105000000", "220105001000"):
        for line in ("employment", "health", "transport"):
            factories.office(area, line=line)
    factories.office("220105001001", line="government")
    officer = factories.actor(province)
    with scope.applied(officer):
        form = actions.take_from_library(code=code, owner=province, by=officer, at=factories.NOW)
        version = actions.publish(form=form, by=officer, at=factories.NOW)
    assert version.number == 1
    assert form.obligations.exists() or form.versions.get().definition["every"] == "event"
