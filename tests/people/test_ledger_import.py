"""A dirty ledger through the import: every kind of dirt gets its verdict and its reason."""

from __future__ import annotations

import io
from collections import defaultdict
from datetime import UTC, date, datetime

import pytest

from chunfeng.areas import loading
from chunfeng.core import scope
from chunfeng.core.actor import Actor
from chunfeng.people.actions import imports
from chunfeng.people.choices import Verdict
from chunfeng.people.models import Dataset, ImportRow, ImportRun, Person
from demo import dirt, ledger
from demo.ledger import Dirt
from demo.people import villages
from tests import factories as f
from tests.people import builders

pytestmark = [pytest.mark.slow, pytest.mark.django_db]
COUNTY = "220184000000"
NOW = datetime(2023, 2, 1, 1, tzinfo=UTC)
REJECTED = {
    Dirt.ID_NO_DAY: "document_bad",
    Dirt.ID_CUT: "document_bad",
    Dirt.ID_ROUNDED: "document_rounded",
    Dirt.NAME_MISSING: "name_missing",
    Dirt.AREA_UNKNOWN: "home_unknown",
    Dirt.AREA_OUTSIDE: "outside",
    Dirt.ROW_EMPTY: "empty",
    Dirt.ROW_TOTAL: "name_missing",
    Dirt.ROW_HEADER: "header_again",
}
REMARKED = {
    Dirt.ID_CHECK: "doubt:id_number",
    Dirt.SEX_OTHER: "doubt:id_number",
    Dirt.BIRTH_OTHER: "doubt:id_number",
    Dirt.BIRTH_NO_DAY: "not_read:birth",
    Dirt.BIRTH_TO_COME: "not_read:birth",
    Dirt.PHONE_SHORT: "not_read:phone",
    Dirt.AREA_OLD: "place_renamed:home",
    Dirt.CATEGORY_UNKNOWN: "not_read:category",
    Dirt.NOTE_LONG: "shortened:note",
    Dirt.AGAIN_SAME: "same_as",
    Dirt.AGAIN_SHORT: "same_as",
    Dirt.AGAIN_MORE: "same_as",
    Dirt.AGAIN_DIFFERS: "differs:name",
    Dirt.AGAIN_PHONE: "maybe_phone",
    Dirt.AGAIN_BIRTH: "maybe_birth",
    Dirt.AGAIN_VILLAGE: "maybe_village",
}


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_every_kind_of_dirt_gets_its_verdict(kind):
    loading.load(villages_within=COUNTY[:6])
    places = villages(COUNTY[:6])[:12]
    rows, out = list(ledger.rows(1500, seed=11, places=places, share=0.2)), io.BytesIO()
    (ledger.write_csv if kind == "csv" else ledger.write_xlsx)(out, rows)
    at = f.office(COUNTY)
    by, into = f.actor(at), builders.dataset(at, keep_until=date(2030, 1, 1))
    run = taken(out.getvalue(), f"台账.{kind}", by, into)

    settled = {row.number: row for row in ImportRow.objects.filter(run=run)}
    assert len(settled) == len(rows) == sum(run.counts.values())
    seen = defaultdict(set)
    for row in rows:
        seen[row.dirt].add(settled[row.number].verdict)
        reasons = settled[row.number].reasons
        wanted = REJECTED.get(row.dirt) or REMARKED.get(row.dirt)
        assert wanted is None or any(r.startswith(wanted) for r in reasons), (row.dirt, reasons)
        if row.dirt is Dirt.ID_OLD_AREA:  # too common to be remarked upon
            assert settled[row.number].person.id_doubt == "area"
    assert seen[None] == {Verdict.ADDED}
    for of in Dirt:
        if of in REJECTED:
            assert seen[of] == {Verdict.REJECTED}, of
        elif of in dirt.AGAIN and of.name in {"AGAIN_SAME", "AGAIN_SHORT", "AGAIN_MORE", "AGAIN_DIFFERS"}:
            assert seen[of] <= {Verdict.UNCHANGED, Verdict.MERGED}, of
        else:
            assert seen[of] == {Verdict.ADDED}, of
    people = Person.objects.count()
    again = taken(out.getvalue(), f"再来.{kind}", by, into)
    assert again.counts[Verdict.REJECTED] == run.counts[Verdict.REJECTED]
    with_document = Person.objects.filter(id_hash__isnull=False)
    assert with_document.count() == with_document.values("id_hash").distinct().count()
    assert Person.objects.count() == people


def taken(data: bytes, name: str, by: Actor, into: Dataset) -> ImportRun:
    with scope.applied(by):
        started = imports.start(source=data, name=name, dataset=into, by=by, at=NOW)
    return imports.run(started.pk, NOW)
