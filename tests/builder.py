"""Makes a valid row of any model by looking at its fields: for tests that walk over all tables."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from functools import cache
from itertools import count
from typing import Any

from django.db import models

from chunfeng.areas.fields import AreaCodeField
from chunfeng.core.crypto import EncryptedTextField

_serial = count(1)


@cache
def _contents() -> dict[str, Any]:
    """Fields that hold a structure of their own: pages cannot show an empty one."""
    from chunfeng.reporting import definition, values
    from tests.benefits.builders import TEXT
    from tests.reporting.builders import DAILY

    form = definition.parse(DAILY)
    return {
        "reporting.Form.state": "active",
        "reporting.Form.starts_on": date(2020, 1, 1),
        "reporting.Form.slots": values.slots(form, {}),
        "reporting.FormVersion.definition": definition.dump(form),
        "reporting.FormVersion.applies_from": date(2020, 1, 1),
        "reporting.FormVersion.published_at": datetime(2020, 1, 1, tzinfo=UTC),
        "benefits.MeasureVersion.text": TEXT,
        "benefits.Simulation.result": {
            **dict.fromkeys(("claims", "gain", "lose", "more", "less", "open", "cost", "cost_then"), 0),
            "areas": {},
            "months": {},
        },
        "benefits.Claim.facts": "{}",
        "benefits.Claim.explanation": "{}",
        "benefits.InjuryCase.facts": "{}",
        "benefits.InjuryCase.explanation": "{}",
        "benefits.InjuryCase.told_on": date(2020, 2, 3),
        "benefits.InjuryCase.decided_on": date(2020, 2, 4),
        "benefits.Decision.facts": "{}",
        "benefits.Decision.explanation": "{}",
        "benefits.Payee.relation": "self",
        "benefits.Payment.state": "paid",
        "benefits.Payment.paid_on": date(2020, 2, 5),
        "benefits.PublicityList.until_on": date(2020, 2, 8),
        "benefits.WorkDay.minutes": 240,
        "people.PlacementRule.days": 14,
        "people.Isolation.ends_on": date(2020, 2, 15),
        "people.Campaign.script": {
            "code": "test",
            "title": "测试",
            "source": "测试",
            "questions": [
                {
                    "code": "where",
                    "ask": "您现在在哪里？",
                    "kind": "one",
                    "answers": [{"code": "away", "label": "仍在外地", "branch": "away"}],
                }
            ],
        },
        "people.ImportRun.columns": {
            "header": ["姓名"],
            "fields": ["name"],
            "row": 1,
            "delimiter": ",",
            "kind": "csv",
        },
        "reporting.Bulletin.content": {
            "title": "测试",
            "office": "测试",
            "area_name": "测试",
            "blocks": [
                {
                    "id": "b1",
                    "kind": "curve",
                    "caption": "测试",
                    "unit": "人",
                    "figures": [],
                    "lines": [{"label": "测试", "points": [["2020-02-01", 1], ["2020-02-02", None]]}],
                }
            ],
            "figures": {},
        },
    }


class Builder:
    """Rows of one area; keys are followed, and one row a model is shared by those that point at it."""

    def __init__(self, area_code: str) -> None:
        self.area_code = area_code
        self.made: dict[type[models.Model], models.Model] = {}
        self._making: list[type[models.Model]] = []

    def make(self, model: type[models.Model]) -> Any:
        """The area's row of this model, made on first use."""
        if model not in self.made:
            self._making.append(model)
            self.made[model] = self.new(model)
            self._making.pop()
        return self.made[model]

    def new(self, model: type[models.Model], **given: Any) -> Any:
        """A further row."""
        values = {
            field.attname: self._value(field)
            for field in model._meta.concrete_fields
            if not (field.primary_key or field.generated or field.name in given or field.attname in given)
        }
        return model._base_manager.create(**{**values, **given})

    def _value(self, field: models.Field) -> Any:
        special = f"{field.model._meta.label}.{field.name}"
        if special in _contents():
            return _contents()[special]
        if special == "people.PossibleDuplicate.other":
            person = field.remote_field.model  # two persons, the one with the greater number second
            return self.new(person, id=self.make(person).pk + 1_000_000).pk
        if isinstance(field, AreaCodeField) or field.name == "area_code":
            return self.area_code
        if isinstance(field, models.ForeignKey):
            target = field.remote_field.model
            return None if field.null and target in (field.model, *self._making) else self.make(target).pk
        if field.has_default():
            return field.get_default()
        if field.null:
            return None
        n = next(_serial)
        if field.choices:
            return field.flatchoices[0][0]
        if isinstance(field, EncryptedTextField):
            return f"1380000{n:04d}"
        if isinstance(field, models.CharField | models.TextField):
            limit = field.max_length or 100
            return f"测试{n}"[:limit] if not field.blank else f"t{n}"[:limit]
        if isinstance(field, models.DateTimeField):
            return datetime(2020, 2, 1, tzinfo=UTC)
        if isinstance(field, models.DateField):
            return date(2020, 2, 1)
        if isinstance(field, models.TimeField):
            return time(17, 0)
        if isinstance(field, models.BooleanField):
            return False
        if isinstance(field, models.SmallIntegerField):
            return n % 30_000 + 1
        if isinstance(field, models.IntegerField):
            return n
        if isinstance(field, models.JSONField):
            return {}
        raise NotImplementedError(f"{field} of {field.model}: teach tests/builder.py a value")
