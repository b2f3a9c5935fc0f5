"""A made-up measure in force, people who meet it, and what stands in their claims."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Any

from chunfeng.benefits.actions import beneficiaries, claims
from chunfeng.benefits.models import Claim, Measure, MeasureVersion
from chunfeng.core.actor import Actor
from chunfeng.offices.models import Office
from chunfeng.people.models import Dataset
from tests import factories as f
from tests.people import builders as people

ON = date(2020, 2, 1)
GOOD: dict[str, Any] = {"worked": 3}
TEXT = """
measure: test-allowance
version: 1.0.0
confidence: unverified
title: {zh: 测试补贴, en: Test allowance}
summary: {zh: 按天补贴, en: So much a day}
subject: person
area: national
in_force: {from: 2020-01-01}
once_per: month
sources:
  notice: {title: 关于测试的通知, note: {zh: 虚构, en: made up}}
parameters:
  least:
    label: {zh: 最少天数, en: fewest days}
    is: days
    values: [{from: 2020-01-01, value: 1, clause: 一}]
  standard:
    label: {zh: 每日标准, en: standard a day}
    is: fen/day
    values: [{from: 2020-01-01, value: 300 yuan, clause: 一}]
facts:
  worked:
    is: days
    label: {zh: 工作天数, en: days worked}
    ask: {zh: 本月工作多少天？, en: How many days did you work this month?}
conditions:
  enough:
    rule: worked >= least
    says: {zh: 至少工作<least>, en: "At least <least> worked."}
    clause: 一
gives:
  allowance:
    label: {zh: 补贴, en: allowance}
    is: fen
    value: worked * standard
    clause: 一
cases:
  - name: {zh: 三天, en: Three days}
    on: 2020-02-01
    given: {worked: 3 days}
    expect: eligible
    gives: {allowance: 900 yuan}
  - name: {zh: 一天未做, en: No day}
    on: 2020-02-01
    given: {worked: 0 days}
    expect: not eligible
    fails: [enough]
changes:
  1.0.0: {zh: 首次录入, en: First version}
"""


def version(at: Office, text: str = TEXT, code: str = "test-allowance", **fields: Any) -> MeasureVersion:
    """The measure in force since the beginning of 2020 in the office's area."""
    measure, _new = Measure.objects.get_or_create(
        code=code,
        defaults={
            "office": at,
            "area_code": at.area_code,
            "title": "测试补贴",
            "subject": "person",
            "fund": "就业补助资金",
        }
        | fields,
    )
    return MeasureVersion.objects.create(
        measure=measure,
        number="1.0.0",
        text=text,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        state="in_force",
        valid_from=date(2020, 1, 1),
        made_at=f.NOW,
        by_name="测试员",
        put_at=f.NOW,
        put_by_name="测试员",
    )


def payee(by: Actor, into: Dataset, n: int = 1, **values: Any):
    """A person with a document and an account."""
    person = people.person(by, into, id_number=people.number(n), name=f"测试{n}", **values)
    found = beneficiaries.know_person(person=person, by=by, at=f.NOW)
    return beneficiaries.set_account(
        beneficiary=found, account=f"62220000000{n:05d}", bank="测试银行", by=by, at=f.NOW
    )


def submitted(by: Actor, whom, *, key: str, facts: dict[str, Any] | None = None, **more: Any) -> Claim:
    """A claim handed in with its facts."""
    given = {"code": "test-allowance", "on": ON} | more
    claim = claims.open_claim(beneficiary=whom, key=key, by=by, at=f.NOW, **given)
    claims.state_facts(claim=claim, facts=GOOD if facts is None else facts, sources={}, by=by, at=f.NOW)
    return claims.submit(claim=claim, by=by, at=f.NOW)


def shipped(at: Office, code: str, *, area: str = "", **fields: Any) -> MeasureVersion:
    """A measure or local text that comes with the programme, in force since 2020; `area` moves a local one here."""
    from chunfeng.benefits import files

    text = files.shipped()[code]
    found = files.read(text).contents
    if area:
        old = next(line for line in text.splitlines() if line.startswith("area:"))
        text = text.replace(old, f'area: "{area}"')
    made = version(
        at, text, code=code, **({"title": found.title, "subject": found.subject or "claim"} | fields)
    )
    if found.refines:
        made.refines = found.refines
        made.save(update_fields=["refines"])
    return made
