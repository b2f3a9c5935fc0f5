"""No second reward for the same cause (I7)."""

from __future__ import annotations

from datetime import date

import pytest

from chunfeng.benefits.actions import claims, decisions
from chunfeng.benefits.actions.claims import AlreadyClaimed
from chunfeng.core.errors import Refused
from tests import factories as f
from tests.benefits import builders as b
from tests.people import builders as people

pytestmark = pytest.mark.django_db
GOOD = {"reward": "merit", "institution_staff": True, "rewarded_for_cause": False}


def test_the_same_cause_is_rewarded_once_in_any_area():
    city, county = f.office("220100000000"), f.office("220184000000")
    b.shipped(city, "institution-reward", subject="person")
    by, chief = f.actor(county), f.actor(city)
    into = people.dataset(county)
    whom = b.payee(by, into)
    given = {"code": "institution-reward", "on": date(2020, 3, 1), "facts": GOOD}
    first = b.submitted(by, whom, key="a", case="抗击疫情", **given)
    decisions.decide(claim=first, outcome="granted", by=by, at=f.NOW)
    for key, text in (("b", "抗击疫情"), ("c", " 抗击疫情 ")):
        with pytest.raises(AlreadyClaimed):
            b.submitted(by, whom, key=key, case=text, **given)
    other = claims.open_claim(
        code="institution-reward",
        beneficiary=whom,
        on=date(2020, 3, 1),
        case="抗洪",
        key="d",
        by=by,
        at=f.NOW,
    )
    claims.state_facts(claim=other, facts=GOOD | {"rewarded_for_cause": True}, sources={}, by=by, at=f.NOW)
    assert claims.submit(claim=other, by=by, at=f.NOW).outcome == "not eligible"
    with pytest.raises(Refused):
        decisions.decide(claim=other, outcome="granted", by=chief, at=f.NOW)
