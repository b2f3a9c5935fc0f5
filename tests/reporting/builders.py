"""Forms and obligations for tests, put straight into the tables."""

from __future__ import annotations

from copy import deepcopy
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone

from chunfeng.offices.models import Office
from chunfeng.reporting import definition, values
from chunfeng.reporting.choices import FormState, Origin
from chunfeng.reporting.models import Form, FormVersion, Obligation

DAILY: dict[str, Any] = {
    "code": "station-daily",
    "title": {"zh": "检查点日报", "en": "Checkpoint daily report"},
    "source": {"number": "演示发〔2020〕1号", "clause": "第二条"},
    "every": "day",
    "cut_off": "17:00",
    "grace": 60,
    "reporters": [{"level": "village"}],
    "indicators": [
        {"code": "checked", "label": {"zh": "检查人数", "en": "Persons checked"}, "unit": "人"},
        {"code": "isolated", "label": {"zh": "新隔离", "en": "Newly isolated"}, "unit": "人"},
        {"code": "released", "label": {"zh": "解除隔离", "en": "Released"}, "unit": "人"},
        {
            "code": "still",
            "label": {"zh": "仍在隔离", "en": "Still isolated"},
            "unit": "人",
            "aggregate": "last",
            "jump": 50,
            "jump_from": 10,
        },
        {"code": "remark", "label": {"zh": "说明", "en": "Remark"}, "type": "text", "required": False},
    ],
    "checks": [
        {
            "code": "flow",
            "rule": "previous(still) + isolated == released + still",
            "message": {"zh": "隔离进出不平", "en": "In and out do not match"},
            "identity": True,
        }
    ],
}


def form(owner: Office, *, at: datetime, **changes: Any) -> Form:
    """A published form, by default `DAILY`, of which `changes` replace entries; applies from 2020-01-01."""
    data = deepcopy(DAILY) | changes
    parsed = definition.parse(data)
    made = Form.objects.create(
        owner=owner,
        area_code=owner.area_code,
        code=parsed.code,
        title=str(parsed.title),
        origin=Origin.EDITOR,
        state=FormState.ACTIVE,
        source=str(parsed.source),
        starts_on=date(2020, 1, 1),
        slots=values.slots(parsed, {}),
        created_at=at,
        created_by_name="test",
    )
    FormVersion.objects.create(
        form=made,
        area_code=made.area_code,
        number=1,
        definition=definition.dump(parsed),
        applies_from=date(2020, 1, 1),
        published_at=at,
        published_by_name="test",
    )
    return made


def obligation(form: Form, office: Office, day: date, **changes: Any) -> Obligation:
    """What an office owes for one day, cut-off at 17:00 and an hour of grace."""
    due = timezone.make_aware(datetime.combine(day, time(17)))
    fields = {
        "form": form,
        "version": form.versions.latest("number"),
        "office": office,
        "area_code": office.area_code,
        "period_start": day,
        "period_end": day,
        "due_at": due,
        "closes_at": due + timedelta(hours=1),
    }
    return Obligation.objects.create(**(fields | changes))


def filed(form: Form, office: Office, day: date, at: datetime, **numbers: int) -> Obligation:
    """An obligation that was answered with these stored numbers."""
    return obligation(
        form,
        office,
        day,
        state="filed",
        revision=1,
        numbers=values.in_slots(dict(numbers), form.slots),
        first_filed_at=at,
        filed_at=at,
        filed_by_name="test",
    )
