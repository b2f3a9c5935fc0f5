"""The register's part of the story: a county takes in a ledger, families and villages differ, duplicates wait."""

from __future__ import annotations

import io
from datetime import date, timedelta

from django.utils import timezone

from chunfeng.areas.models import Area
from chunfeng.core import scope
from chunfeng.core.actor import SYSTEM, Actor
from chunfeng.people import actions
from chunfeng.people.actions import imports
from chunfeng.people.choices import FactKind, FactValue, PairState, RunState, Said
from chunfeng.people.models import Dataset, Fact, ImportRun, Person, PossibleDuplicate
from demo import ledger, places
from demo.ledger import Village
from demo.telling import Say, Telling

DATASET = "返乡人员台账（演示）"
FILE = "返乡人员台账（演示）.csv"
ROWS = 600
STREET = "220184001000"
"""The street whose villages sent the ledger."""
WORDS = (
    (FactKind.RETURN, FactValue.AWAY, FactValue.RETURNED),
    (FactKind.SYMPTOMS, FactValue.NO_SYMPTOMS, FactValue.FEVER),
    (FactKind.WHEREABOUTS, FactValue.HERE, FactValue.ELSEWHERE),
    (FactKind.JOB, FactValue.HAS_JOB, FactValue.NO_JOB),
)
"""About what; what the family says; what the village finds."""


class People(Telling):
    """Told after the notices. Every step looks first whether it was done: a killed telling is taken up again."""

    def __init__(self, *, today: date, seed: int, say: Say) -> None:
        with scope.applied(SYSTEM):
            super().__init__(today=today, seed=seed, say=say)
        self.seed = seed

    def tell(self) -> None:
        """Dataset, ledger, statements, one pair merged. Outside any transaction: an import commits in chunks."""
        by = self.actor("HR220184", "officer")
        with scope.applied(by):
            dataset = self.dataset(by)
            run = ImportRun.objects.filter(dataset=dataset).order_by("pk").first() or self.upload(dataset, by)
        if run.state != RunState.DONE:
            run = imports.run(run.pk, at=run.at)
        self.say(f"实名登记：台账 {run.total} 行，新增 {run.counts.get('added', 0)} 人")
        with scope.applied(by):
            self.statements(by)
            self.merged(by)

    def dataset(self, by: Actor) -> Dataset:
        """The register of those who came home, with its purpose, its clause and its day of deletion."""
        known = Dataset.objects.filter(owner_id=by.office_id, name=DATASET).first()
        return known or actions.make_dataset(
            name=DATASET,
            purpose="返乡人员健康随访和就业服务",
            source="吉人社演示发1号（二）",
            keep_until=self.today + timedelta(days=365),
            by=by,
            at=self.at(2, 9),
        )

    def upload(self, dataset: Dataset, by: Actor) -> ImportRun:
        """A ledger as villages fill it in, in GB18030."""
        homes, out = villages(STREET[:9]) or villages(places.COUNTY[:6]), io.BytesIO()
        ledger.write_csv(out, ledger.rows(ROWS, seed=self.seed, places=homes), encoding="gb18030")
        return imports.start(source=out.getvalue(), name=FILE, dataset=dataset, by=by, at=self.at(1, 10))

    def statements(self, by: Actor) -> None:
        """A few families say one thing and the village finds another; both are kept."""
        people = Person.objects.filter(datasets__dataset__name=DATASET, merged_into=None).order_by("pk")
        for n, person in enumerate(people[10 : 10 + 2 * len(WORDS)]):
            kind, family, village = WORDS[n % len(WORDS)]
            for said, value, days_ago in ((Said.FAMILY, family, 1), (Said.VILLAGE, village, 0)):
                actions.state_fact(
                    person=person, kind=kind, value=value, said=said, on=self.today - timedelta(days=days_ago),
                    key=f"demo-{said}-{kind}", by=by, at=self.at(days_ago, 11),
                )  # fmt: skip

    def merged(self, by: Actor) -> None:
        """The first pair is merged; the others wait for a decision."""
        pairs = PossibleDuplicate.objects.order_by("pk")
        if not pairs.filter(state=PairState.MERGED).exists():
            first = pairs.filter(state=PairState.OPEN).first()
            if first is not None:
                actions.merge(pair=first, keep=first.kept, by=by, at=timezone.now())


def villages(within: str) -> list[Village]:
    """The villages whose codes begin so, named with their township: many names occur twice in a county."""
    rows = Area.objects.filter(code__startswith=within, valid_to=None, is_local=False, level__in=(4, 5))
    names = dict(rows.order_by("code").values_list("code", "name"))
    towns = {code: name for code, name in names.items() if code.endswith("000")}
    return [
        Village(code, towns.get(code[:9] + "000", "") + name)
        for code, name in names.items()
        if code not in towns
    ]


def told() -> bool:
    """Whether this part of the story is already in this database, to its end."""
    with scope.applied(SYSTEM):
        stated = Fact.objects.filter(key__startswith="demo-", person__datasets__dataset__name=DATASET)
        merged = PossibleDuplicate.objects.filter(state=PairState.MERGED)
        return stated.exists() and merged.exists()
