"""Measures in sight, the shipped ones, a new file, and one measure with its versions."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chunfeng.benefits import files
from chunfeng.benefits.actions import measures as actions
from chunfeng.benefits.choices import SubjectKind
from chunfeng.benefits.models import Measure
from chunfeng.benefits.queries import measures as queries
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.web.guards import guarded
from chunfeng.web.lists import Column, Filter, Listing

MAX_FILE = 256 * 1024


def _search(rows: QuerySet[Measure], text: str) -> QuerySet[Measure]:
    return rows.filter(Q(title__icontains=text) | Q(code__icontains=text))


LISTING = Listing(
    name="measures",
    columns=[
        Column("title", gettext_lazy("title"), lambda m: m.title, order="title"),
        Column("code", gettext_lazy("code"), lambda m: m.code, order="code"),
        Column("subject", gettext_lazy("subject"), lambda m: m.get_subject_display()),
        Column("office", gettext_lazy("office"), lambda m: m.office.name),
        Column("fund", gettext_lazy("paid from"), lambda m: m.fund),
    ],
    sort="title",
    search=_search,
    filters=[Filter("subject", gettext_lazy("subject"), lambda: SubjectKind.choices)],
)


@guarded("measure.read")
def home(request: HttpRequest) -> HttpResponse:
    """The measures of the own area and of those above, and what comes with the programme."""
    actor = request.actor
    rows = queries.measures(actor)
    if LISTING.wants_export(request):
        return LISTING.export(request, rows)
    today = timezone.localdate()
    return render(
        request,
        "web/measures/home.html",
        {
            "page": LISTING.page(request, rows),
            "in_force": {row.measure_id for row in queries.in_force(today)},
            "shipped": files.catalogue(),
            "held": set(rows.values_list("code", flat=True)),
        },
    )


@guarded("measure.draft", "GET", "POST")
def new(request: HttpRequest) -> HttpResponse:
    """Upload or type the file of a measure; every finding is shown with its line and column."""
    typed, found, refusal = "", (), ""
    if request.method == "POST":
        typed, refusal = _typed(request)
        if not refusal:
            try:
                made = actions.draft(text=typed, by=request.actor, at=timezone.now())
            except NotAllowed:
                raise
            except files.Unreadable as bad:
                found = bad.findings
            except Refused as refused:
                refusal = str(refused)
            else:
                messages.success(request, _("The file is kept as a draft. Look at its findings and cases."))
                return redirect("measure-version", made.pk)
    shown = {"typed": typed, "findings": found, "refusal": refusal, "lines": typed.splitlines()}
    return render(request, "web/measures/new.html", shown, status=422 if found or refusal else 200)


@guarded("measure.draft", "POST")
def take(request: HttpRequest, code: str) -> HttpResponse:
    """Take a shipped measure as a draft."""
    made = actions.take_shipped(code=code, by=request.actor, at=timezone.now())
    return redirect("measure-version", made.pk)


@guarded("measure.read")
def measure(request: HttpRequest, pk: int) -> HttpResponse:
    """One measure: what the public reads, and its versions."""
    return _measure(request, pk)


@guarded("measure.draft", "POST")
def details(request: HttpRequest, pk: int) -> HttpResponse:
    """Where to apply, telephones, the second pair of eyes, publicity."""
    found = found_or_404(queries.measure(request.actor, pk))
    post = request.POST
    try:
        actions.set_details(
            measure=found,
            where=post.get("where", ""),
            phone=post.get("phone", ""),
            complaints=post.get("complaints", ""),
            second_above=_fen(post.get("second_above", "")),
            publish_days=_days(post.get("publish_days", "")),
            by=request.actor,
            at=timezone.now(),
        )
    except NotAllowed:
        raise
    except Refused as refused:
        return _measure(request, pk, refusal=str(refused), status=422)
    messages.success(request, _("Saved."))
    return redirect("measure", pk)


@guarded("measure.draft", "POST")
def use(request: HttpRequest, pk: int) -> HttpResponse:
    """By which measure the use of the money is accounted for."""
    found = found_or_404(queries.measure(request.actor, pk))
    try:
        actions.set_use(
            measure=found,
            rules=request.POST.get("rules", "")[:80],
            days=_days(request.POST.get("days", "")),
            by=request.actor,
            at=timezone.now(),
        )
    except NotAllowed:
        raise
    except Refused as refused:
        return _measure(request, pk, refusal=str(refused), status=422)
    messages.success(request, _("Saved."))
    return redirect("measure", pk)


def _measure(request: HttpRequest, pk: int, *, refusal: str = "", status: int = 200) -> HttpResponse:
    found = found_or_404(queries.measure(request.actor, pk))
    judging = queries.judging(timezone.localdate())
    shown = {
        "measure": found,
        "versions": list(queries.versions(found)),
        "own": request.actor.sees(found.area_code),
        "public": found.pk in {row.measure_id for row in queries.in_force(timezone.localdate())},
        "judging": judging,
        "use_title": next((m.title for m in judging if m.code == found.use_rules), found.use_rules),
        "refusal": refusal,
        "second_above": "" if found.second_above is None else f"{Decimal(found.second_above) / 100:f}",
    }
    return render(request, "web/measures/measure.html", shown, status=status)


def found_or_404(row: Any) -> Any:
    """The row, or a 404 where it is gone or out of sight."""
    if row is None:
        raise Http404(_("This measure does not exist or lies outside your area."))
    return row


def _typed(request: HttpRequest) -> tuple[str, str]:
    file = request.FILES.get("file")
    if file is None:
        text = request.POST.get("text", "")
        return text, "" if text.strip() else _("Choose a file, or paste the text of a measure.")
    if file.size is None or file.size > MAX_FILE:
        return "", _("A measure's file has at most %(n)s KB.") % {"n": MAX_FILE // 1024}
    try:
        text = file.read().decode("utf-8-sig")
    except UnicodeDecodeError:
        return "", _("The file is not UTF-8 text. Save it as UTF-8 and choose it again.")
    return text, _("The text holds a character that cannot be stored (NUL).") if "\x00" in text else ""


def _fen(text: str) -> int | None:
    if not text.strip():
        return None
    try:
        fen = Decimal(text.strip()) * 100
        if fen != int(fen) or fen > 10**15:
            raise InvalidOperation
    except (InvalidOperation, ValueError, OverflowError):
        raise Refused(
            _("“%(text)s” is not an amount in yuan, such as 5000 or 5000.50.") % {"text": text}
        ) from None
    return int(fen)


def _days(text: str) -> int:
    if not text.strip():
        return 0
    if not (text.isascii() and text.isdecimal() and len(text) < 4):
        raise Refused(_("Write the days as a whole number."))
    return int(text)
