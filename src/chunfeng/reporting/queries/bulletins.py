"""Reading bulletins: series, issues, drafts, and their files (C4, C6, C15)."""

from __future__ import annotations

from django.db.models import Count, Max, Q, QuerySet

from chunfeng.core.actions import read_file
from chunfeng.core.actor import Actor
from chunfeng.reporting.bulletins import docx as word
from chunfeng.reporting.bulletins import layout
from chunfeng.reporting.bulletins import pdf as paper
from chunfeng.reporting.choices import BulletinState, FormState
from chunfeng.reporting.definition import FormDefinition
from chunfeng.reporting.models import Bulletin, BulletinSeries, Form
from chunfeng.reporting.queries.forms import current_version, definition_of

FORMATS = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
}


def bulletins(actor: Actor) -> QuerySet[Bulletin]:
    """Bulletins of the actor's range, drafts too, and what was issued above."""
    rows = Bulletin.objects.select_related("series__office", "corrects", "docx", "pdf")
    if actor.role == "system":
        return rows
    inside = Q(area_code__gte=actor.lo, area_code__lt=actor.hi)
    return rows.filter(inside | Q(state=BulletinState.ISSUED, area_code__in=actor.above))


def bulletin(actor: Actor, pk: int) -> Bulletin | None:
    """One bulletin in sight."""
    return bulletins(actor).filter(pk=pk).first()


def corrected_by(actor: Actor, of: Bulletin) -> list[Bulletin]:
    """Issued bulletins that put this one right."""
    rows = bulletins(actor).filter(corrects=of.pk, state=BulletinState.ISSUED)
    return list(rows.order_by("issued_at"))


def series_in_sight(actor: Actor) -> QuerySet[BulletinSeries]:
    """Series with `issues` (how many were issued) and `latest` (day of the last)."""
    issued = Q(bulletins__state=BulletinState.ISSUED)
    rows = BulletinSeries.objects.select_related("office", "emergency").annotate(
        issues=Count("bulletins", filter=issued), latest=Max("bulletins__last_day", filter=issued)
    )
    if actor.role == "system":
        return rows.order_by("-active", "title")
    inside = Q(area_code__gte=actor.lo, area_code__lt=actor.hi) | Q(area_code__in=actor.above)
    return rows.filter(inside).order_by("-active", "title")


def series_by_id(actor: Actor, pk: int) -> BulletinSeries | None:
    """One series in sight."""
    return series_in_sight(actor).filter(pk=pk).first()


def keeps(actor: Actor, series: BulletinSeries) -> bool:
    """Whether the series belongs to the actor's own office."""
    return actor.role == "system" or actor.office_id == series.office_id


def plan_forms() -> dict[int, FormDefinition]:
    """Forms in sight that a plan may draw on, by key: published, also those that ended."""
    found = {}
    rows = Form.objects.exclude(state=FormState.DRAFT).order_by("pk")
    for form in rows:
        version = current_version(form)
        if version is not None:
            found[form.pk] = definition_of(version)
    return found


def forms_in_use() -> list[tuple[int, FormDefinition]]:
    """Forms reported on now that have figures, for the default plans."""
    active = set(Form.objects.filter(state=FormState.ACTIVE).values_list("pk", flat=True))
    return [(pk, form) for pk, form in plan_forms().items() if pk in active and form.number_cells]


def file_of(of: Bulletin, format: str) -> bytes:
    """The bytes of an issue as they were stored; a draft is set as it stands. `format` is a key of FORMATS."""
    stored = of.docx if format == "docx" else of.pdf
    if stored is not None:
        return read_file(stored)
    pages = layout.printed(of)
    return word.docx(pages) if format == "docx" else paper.pdf(pages)


def file_name(of: Bulletin, format: str) -> str:
    """What to call the file: series, year, number."""
    if of.number is None:
        return f"{of.series.title}-{of.first_day:%Y%m%d}-草稿.{format}"
    return f"{of.series.title}-{of.year}-第{of.number}期.{format}"
