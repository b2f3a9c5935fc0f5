"""Reading forms and what their versions ask."""

from __future__ import annotations

import hashlib
import json
from collections import OrderedDict
from datetime import date, datetime

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from chunfeng.areas import codes
from chunfeng.core.errors import Refused
from chunfeng.reporting import definition
from chunfeng.reporting import library as shipped
from chunfeng.reporting.choices import FormState
from chunfeng.reporting.definition import FormDefinition
from chunfeng.reporting.models import Form, FormVersion, PeakPeriod

_KEPT = 500
_parsed: OrderedDict[tuple[int, datetime], FormDefinition] = OrderedDict()


def definition_of(version: FormVersion) -> FormDefinition:
    """What a version asks. A published version never changes, so its parsed form is kept in memory."""
    if version.published_at is None:
        return definition.parse(version.definition)
    key = (version.pk, version.published_at)
    found = _parsed.get(key)
    if found is None:
        found = _parsed[key] = definition.parse(version.definition)
        if len(_parsed) > _KEPT:
            _parsed.popitem(last=False)
    return found


def forms_in_sight() -> QuerySet[Form]:
    """Every form the actor may read: asked for inside the own area or by an area above it."""
    return Form.objects.select_related("owner", "emergency").order_by("-id")


def forms_by_notice(notice_id: int) -> list[Form]:
    """The forms in sight that a clause of this notice orders, drafts left out, in the order of the clauses."""
    ordered = forms_in_sight().filter(clause__notice=notice_id).exclude(state=FormState.DRAFT)
    return list(ordered.select_related("owner", "clause").order_by("clause__position", "id"))


def form_by_id(pk: int) -> Form | None:
    """One form in sight, with its owner, notice and clause."""
    return Form.objects.select_related("owner", "emergency", "clause__notice", "duty").filter(pk=pk).first()


def form_by_code(code: str, owner_id: int) -> Form | None:
    """The form of this code that the office asks for."""
    return Form.objects.select_related("owner").filter(code=code, owner_id=owner_id).first()


def versions(form: Form) -> QuerySet[FormVersion]:
    """All wordings of a form, the newest first."""
    return form.versions.order_by("-number")


def draft_of(form: Form) -> FormVersion | None:
    """The wording that waits to be published."""
    return form.versions.filter(published_at=None).first()


def current_version(form: Form) -> FormVersion | None:
    """The wording published last."""
    return form.versions.filter(published_at__isnull=False).order_by("-number").first()


def newest_wording(form: Form) -> str:
    """A mark of the newest wording as it is now: it changes with every save and with publishing."""
    last = form.versions.order_by("-number").first()
    if last is None:
        return ""
    content = json.dumps([last.definition, last.published_at is None], sort_keys=True)
    return f"{last.number}-{hashlib.sha256(content.encode()).hexdigest()[:16]}"


def version_for(form: Form, period_start: date) -> FormVersion:
    """The wording that holds for a period: the last one that applies from its first day or earlier.

    A period that began before the form's first version is asked in the words of that. Raises `Refused` for a
    form never published.
    """
    rows = list(form.versions.filter(published_at__isnull=False).order_by("number"))
    if not rows:
        raise Refused(_("The form “%(form)s” is not published yet.") % {"form": form.title})
    holds = [row for row in rows if row.applies_from is not None and row.applies_from <= period_start]
    return holds[-1] if holds else rows[0]


def library() -> list[tuple[str, FormDefinition]]:
    """The forms shipped with the programme, by code."""
    return shipped.forms()


def peak_periods(
    area_code: str = "", first: date | None = None, last: date | None = None
) -> list[PeakPeriod]:
    """Peak periods in sight, in order; those that hold in an area and touch the days, where given (M7)."""
    rows = PeakPeriod.objects.order_by("first_day", "area_code", "id")
    if area_code:
        rows = rows.filter(area_code__in=[*codes.ancestors(area_code), area_code])
    if first is not None:
        rows = rows.filter(last_day__gte=first)
    if last is not None:
        rows = rows.filter(first_day__lte=last)
    return list(rows)


def peak_by_id(pk: int) -> PeakPeriod | None:
    """One peak period in sight."""
    return PeakPeriod.objects.filter(pk=pk).first()
