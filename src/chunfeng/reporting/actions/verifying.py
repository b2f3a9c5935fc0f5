"""The stored figures against the signed filings they come from: what differs is told, and put right on request."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, Q, Window
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from chunfeng.core import scope
from chunfeng.core.actions import record
from chunfeng.core.actor import SYSTEM
from chunfeng.reporting import periods
from chunfeng.reporting.actions.filing import locked
from chunfeng.reporting.actions.moves import accepted_figures
from chunfeng.reporting.choices import ANSWERED, State, Step
from chunfeng.reporting.digests import digest, sealed_hashes
from chunfeng.reporting.models import Acceptance, Form, LedgerStep, Obligation, Revision
from chunfeng.tasking import actions as tasking

BATCH = 1_000


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that does not agree: of which report (or acceptance), what, and whether it was put right."""

    form_id: int
    obligation_id: int | None
    acceptance_id: int | None
    what: str
    text: str
    fixed: bool = False


def verify(*, now: datetime, days: int, fix: bool = False) -> list[Finding]:
    """Compare what the ledger holds with the filings of the last `days`, and accepted totals with those of now.

    Figures without a filing, gaps in the numbering and filings that no longer match their digest are found too.
    With `fix` the ledger is put right from the last filing whose digest holds; each correction is a step of the
    obligation. The office that asks for the form is told once a day.
    """
    since = now - timedelta(days=days)
    found: list[Finding] = []
    with scope.applied(SYSTEM):
        keys = list(Obligation.objects.filter(_touched(since)).values_list("pk", flat=True))
    keys.sort()
    for start in range(0, len(keys), BATCH):
        with scope.applied(SYSTEM):
            rows = Obligation.objects.filter(pk__in=keys[start : start + BATCH]).order_by("pk")
            found += _compared(list(rows.prefetch_related("form")), fix, now)
    with scope.applied(SYSTEM):
        found += _acceptances(since, now)
        _report(found, now)
    return found


def _touched(since: datetime) -> Q:
    """Both sides have an index: what is read grows with the days asked for, not with the ledger."""
    never_filed = Q(revision=0) & (Q(numbers__isnull=False) | ~Q(texts={}) | Q(sealed__isnull=False))
    return Q(filed_at__gte=since) | (never_filed & Q(closes_at__gte=since))


def _compared(batch: Sequence[Obligation], fix: bool, now: datetime) -> Iterator[Finding]:
    signed = Revision.objects.filter(obligation__in=[row.pk for row in batch])
    counted = signed.annotate(of_all=Window(Count("pk"), partition_by="obligation"))
    newest = {
        each.obligation_id: each for each in counted.order_by("obligation", "-number").distinct("obligation")
    }
    for row in batch:
        last = newest.get(row.pk)
        yield from _one(row, last, last is not None and last.of_all == last.number, fix, now)


def _one(
    row: Obligation, signed: Revision | None, unbroken: bool, fix: bool, now: datetime
) -> Iterator[Finding]:
    if signed is None:
        yield _finding(row, "unsigned", _("figures stand without a filing"))
        return
    if not unbroken:
        yield _finding(row, "gap", _("filings are missing from the sequence"))
    if not digest_holds(signed):
        yield _finding(row, "digest", _("filing %(n)s does not match its digest") % {"n": signed.number})
        return
    differs = differences(row, signed)
    if differs:  # or filed between the two reads: asked again under the lock
        of = locked(row.pk)
        differs = differences(of, of.revisions.latest("number"))
    if differs:
        text = _("stored differently from filing %(n)s: %(what)s") % {
            "n": signed.number,
            "what": "、".join(differs),
        }
        if fix:
            _put_right(row, text, now)
        yield _finding(row, "differs", text, fixed=fix)


def digest_holds(signed: Revision) -> bool:
    """Whether a filing is as it was signed."""
    return any(signed.digest == digest(signed, sealed_as=each) for each in set(sealed_hashes(signed)))


def differences(row: Obligation, signed: Revision) -> list[str]:
    """Names of what the ledger holds otherwise than the filing says."""
    zero = State.ZERO if signed.zero else State.FILED
    pairs = (
        (gettext_noop("figures"), list(row.numbers or []), list(signed.numbers or [])),
        (gettext_noop("texts"), row.texts, signed.texts),
        (gettext_noop("personal data"), row.sealed, signed.sealed),
        (gettext_noop("revision"), row.revision, signed.number),
        (gettext_noop("last filed at"), row.filed_at, signed.at),
        (gettext_noop("state"), row.state if row.state in ANSWERED else zero, zero),
    )
    return [_(name) for name, stands, was_signed in pairs if stands != was_signed]


def _put_right(row: Obligation, text: str, now: datetime) -> None:
    """Under the row's lock, from the filing that is the last one now."""
    of = locked(row.pk)
    signed = of.revisions.latest("number")
    if not digest_holds(signed) or not differences(of, signed):
        return
    state = of.state if of.state not in ANSWERED else (State.ZERO if signed.zero else State.FILED)
    Obligation.objects.filter(pk=of.pk).update(
        numbers=signed.numbers,
        texts=signed.texts,
        sealed=signed.sealed,
        revision=signed.number,
        filed_at=signed.at,
        filed_by_name=signed.by_name,
        state=state,
    )
    LedgerStep.objects.create(
        obligation=of,
        area_code=of.area_code,
        kind=Step.CORRECTED,
        text=text[:500],
        by_name=SYSTEM.name,
        at=now,
    )
    record("report.correct", by=SYSTEM, on=of, at=now, detail={"revision": signed.number})


def _acceptances(since: datetime, now: datetime) -> Iterator[Finding]:
    rows = Acceptance.objects.filter(released_at=None, at__gte=since).select_related("form", "office")
    for row in rows.order_by("pk"):
        today = accepted_figures(SYSTEM, row.form, row.period_start, row.area_code, now)
        changed = sorted(
            code for code, number in row.totals.items() if today["totals"].get(code, number) != number
        )
        if changed:
            text = _("accepted by %(office)s for %(day)s, differs now: %(cells)s") % {
                "office": row.office,
                "day": row.period_start.isoformat(),
                "cells": "、".join(changed),
            }
            yield Finding(row.form_id, None, row.pk, "accepted", text)


def _finding(row: Obligation, what: str, text: str, *, fixed: bool = False) -> Finding:
    name = f"{row.form.title}, {periods.name(row.period_start, row.period_end)}, {row.area_code}"
    return Finding(row.form_id, row.pk, None, what, f"{name}: {text}", fixed)


def _report(found: Sequence[Finding], now: datetime) -> None:
    """Tell the office that asks for a form, and leave an audit event."""
    by_form: dict[int, list[Finding]] = defaultdict(list)
    for each in found:
        by_form[each.form_id].append(each)
    letters = []
    for form in Form.objects.filter(pk__in=by_form).select_related("owner"):
        some = by_form[form.pk]
        with translation.override(settings.LANGUAGE_CODE):
            subject = _("%(n)s stored figures do not match the filings: %(form)s") % {
                "n": len(some),
                "form": form.title,
            }
        letters.append(
            tasking.Letter(
                form.owner_id,
                form.area_code,
                subject,
                "\n".join(each.text for each in some[:50]),
                f"verify:{form.pk}:{timezone.localdate(now)}",
            )
        )
        record(
            "report.verify", by=SYSTEM, on=form, at=now,
            detail={"findings": len(some), "fixed": sum(each.fixed for each in some)},
        )  # fmt: skip
    tasking.tell_all(letters, at=now)
