"""Suggestions are kept beside a report until somebody confirms them by filing (C10)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from chunfeng.core import scope
from chunfeng.core.actor import SYSTEM, Actor
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.offices import roles
from chunfeng.reporting import suggestions, values
from chunfeng.reporting.actions.filing import is_above
from chunfeng.reporting.choices import OPEN, FormState
from chunfeng.reporting.definition import FormDefinition
from chunfeng.reporting.models import Form, Obligation, Suggestion
from chunfeng.reporting.queries import ledger
from chunfeng.reporting.queries.forms import current_version, definition_of

BATCH = 500


@transaction.atomic
def suggest(
    *, obligation_id: int, cell: str, value: object, source: str, by: Actor, at: datetime
) -> Suggestion:
    """Offer a figure for a cell, in its own unit, with the register it was counted from; a later one replaces it.

    It changes nothing in the report. Raises `Refused` for a cell that takes no number or a value that does not fit.
    """
    roles.require(by, "report.file")
    of = ledger.obligation(by, obligation_id)
    if of is None or (by.office_id != of.office_id and not is_above(by, of)):
        raise NotAllowed(_("This report is not in the area of your posting."))
    found = definition_of(of.version).cells.get(cell)
    if found is None or not found.indicator.numeric:
        raise Refused(_("“%(cell)s” is no number of this form.") % {"cell": cell})
    if not source.strip():
        raise Refused(_("Say which register the figure was counted from."))
    try:
        number = values.stored(found.indicator, value)
    except values.BadValue as error:
        raise Refused(f"{found.label}: {error}") from None
    made, _new = Suggestion.objects.update_or_create(
        obligation=of,
        cell=cell,
        defaults={"area_code": of.area_code, "value": number, "source": source.strip()[:200], "at": at},
    )
    return made


def pull_suggestions(*, now: datetime) -> int:
    """Count what forms ask to be prefilled, for open reports due today; returns how many figures were kept."""
    with scope.applied(SYSTEM):
        asking = [form.pk for form in Form.objects.filter(state=FormState.ACTIVE) if _prefills(form)]
    start = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    today = Q(due_at__gte=start, due_at__lt=start + timedelta(days=1), closes_at__gte=start)
    kept, last = 0, 0
    while asking:
        with scope.applied(SYSTEM):
            rows = Obligation.objects.filter(today, form__in=asking, state__in=OPEN, pk__gt=last)
            batch = list(rows.select_related("form", "version", "office").order_by("pk")[:BATCH])
            if not batch:
                break
            kept += sum(_keep(row, definition_of(row.version), now) for row in batch)
        last = batch[-1].pk
    return kept


def _prefills(form: Form) -> bool:
    version = current_version(form)
    return version is not None and any(each.prefill for each in definition_of(version).indicators)


def _keep(of: Obligation, form: FormDefinition, now: datetime) -> int:
    offers = suggestions.counted(of, form, now)
    Suggestion.objects.bulk_create(
        [
            Suggestion(
                obligation=of,
                area_code=of.area_code,
                cell=cell,
                value=offer.value,
                source=offer.source[:200],
                at=now,
            )
            for cell, offer in offers.items()
        ],
        update_conflicts=True,
        unique_fields=["obligation", "cell"],
        update_fields=["value", "source", "at"],
    )
    return len(offers)
