"""The register's part of the demo's story: told once, taken up where it was broken off."""

from __future__ import annotations

import pytest
from django.utils import timezone, translation

from chunfeng.areas import loading
from chunfeng.core import scope
from chunfeng.core.actor import SYSTEM
from chunfeng.people.actions import imports
from chunfeng.people.choices import FactKind, PairState, RunState, Verdict
from chunfeng.people.models import Dataset, Fact, ImportRun, Person, PossibleDuplicate
from chunfeng.people.queries import register
from demo import people, places, setting

pytestmark = [pytest.mark.slow, pytest.mark.django_db]


def tell() -> None:
    people.People(today=timezone.localdate(), seed=2020, say=lambda _text: None).tell()


def counts() -> tuple[int, ...]:
    with scope.applied(SYSTEM):
        return tuple(m.objects.count() for m in (Person, Fact, ImportRun, Dataset, PossibleDuplicate))


def test_the_ledger_is_told_once_and_taken_up_again(monkeypatch):
    with translation.override("zh-hans"):
        loading.load(villages_within=places.COUNTY[:6])
        setting.offices(villages=places.COUNTY[:6], on=timezone.localdate(), at=timezone.now())
        with monkeypatch.context() as broken:
            broken.setattr(imports, "run", lambda *_args, **_more: (_ for _ in ()).throw(KeyboardInterrupt))
            with pytest.raises(KeyboardInterrupt):
                tell()
        assert not people.told()
        tell()
        assert people.told()
        first = counts()
        tell()
        assert counts() == first

    with scope.applied(SYSTEM):
        run = ImportRun.objects.get()
        assert run.state == RunState.DONE and run.total == people.ROWS == sum(run.counts.values())
        assert run.encoding == "gb18030"
        assert {Verdict.ADDED, Verdict.REJECTED, Verdict.UNCHANGED} <= {v for v, n in run.counts.items() if n}
        states = list(PossibleDuplicate.objects.values_list("state", flat=True))
        assert states.count(PairState.MERGED) == 1 and PairState.OPEN in states
        dataset = Dataset.objects.get()
        assert dataset.purpose and dataset.source and dataset.keep_until > timezone.localdate()
        of = Fact.objects.filter(kind=FactKind.JOB, key__startswith="demo-").order_by("pk")[0].person
        compared = register.compared(of, FactKind.JOB)
        assert compared.own is not None and compared.village is not None
        assert compared.own.value != compared.village.value
