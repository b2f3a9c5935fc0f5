"""Imports in sight, their rows, and the mapping a file's columns had the last time."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q, QuerySet

from chunfeng.areas import codes
from chunfeng.core.actor import Actor
from chunfeng.offices.models import Office
from chunfeng.people.choices import RunState
from chunfeng.people.imports.fields import header_sha256, suggest_columns
from chunfeng.people.models import ColumnMap, Dataset, ImportRow, ImportRun


def runs(actor: Actor) -> QuerySet[ImportRun]:
    """Imports of the offices in the actor's range, the newest first."""
    found = ImportRun.objects.filter(Q(area_code__gte=actor.lo, area_code__lt=actor.hi))
    return found.select_related("office", "dataset", "file").order_by("-pk")


def run(actor: Actor, pk: int) -> ImportRun | None:
    """One import; None out of sight."""
    return runs(actor).filter(pk=pk).first()


def rows(actor: Actor, of: ImportRun, verdict: str = "") -> QuerySet[ImportRow]:
    """The settled rows of an import in the order of the file, perhaps only those of one verdict."""
    found = ImportRow.objects.filter(run=of, run__area_code__gte=actor.lo, run__area_code__lt=actor.hi)
    return (found.filter(verdict=verdict) if verdict else found).order_by("number")


def unfinished(office: Office, dataset: Dataset, sha256: str) -> ImportRun | None:
    """An import of these bytes that was begun and not ended: to go on with."""
    states = (RunState.RUNNING, RunState.STOPPED)
    found = ImportRun.objects.filter(office=office, dataset=dataset, file__sha256=sha256, state__in=states)
    return found.order_by("-pk").first()


def dataset(office: Office, name: str) -> Dataset | None:
    """The dataset of that name of the office, else of an office above it or inside its area."""
    lo, hi = codes.code_range(office.area_code)
    near = Q(area_code__in=codes.ancestors(office.area_code)) | Q(area_code__gte=lo, area_code__lt=hi)
    found = list(Dataset.objects.filter(near, name=name).order_by("pk"))
    return next((row for row in found if row.owner_id == office.pk), found[0] if found else None)


def waiting() -> list[int]:
    """Keys of the imports that should be running."""
    return list(ImportRun.objects.filter(state=RunState.RUNNING).order_by("pk").values_list("pk", flat=True))


def columns_for(office: Office, header: Sequence[str]) -> list[str]:
    """The field of each column: as the office mapped this header before, else as the headings suggest."""
    known = ColumnMap.objects.filter(office=office, header_sha256=header_sha256(header)).first()
    if known is not None and len(known.columns) == len(header):
        return list(known.columns)
    return suggest_columns(header)
