"""Files on their way into the register: choose, say what the columns are, try, take in, take the result along."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import IO, Any

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from chunfeng.core import events
from chunfeng.core.crypto import mask
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.people.actions import imports as actions
from chunfeng.people.choices import RunState, Verdict
from chunfeng.people.imports import fields, reading, reasons, results, storing
from chunfeng.people.models import ImportRun
from chunfeng.people.queries import imports as queries
from chunfeng.people.queries import register
from chunfeng.web.guards import guarded
from chunfeng.web.people import common
from chunfeng.web.sealed import download

MAX_FILE = 100 << 20
RUNS_SHOWN, ROWS_SHOWN = 50, 100
SAMPLED = 20_000
"""Spreadsheets are laid out whole before their first row: larger ones show no examples."""
TINTS = {"added": "good", "merged": "info", "unchanged": "", "parked": "warn", "rejected": "bad"}
STATES = {"read": "info", "running": "warn", "stopped": "bad", "done": "good", "dropped": ""}
_STEPS = {RunState.READ: 2, RunState.RUNNING: 4, RunState.STOPPED: 4, RunState.DONE: 5, RunState.DROPPED: 5}


class UploadForm(forms.Form):
    """A ledger, the dataset its people are held for, and its encoding where the guess was wrong."""

    file = forms.FileField(
        label=gettext_lazy("Spreadsheet or CSV"),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.csv,.txt"}),
    )
    dataset = forms.ChoiceField(label=gettext_lazy("Held for"))
    encoding = forms.ChoiceField(
        label=gettext_lazy("Encoding of a CSV"),
        required=False,
        choices=[
            ("", gettext_lazy("guess")),
            ("utf-8", "UTF-8"),
            ("gb18030", "GB18030"),
            ("utf-16", "UTF-16"),
        ],
    )

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        if file.size is not None and file.size > MAX_FILE:
            raise forms.ValidationError(_("The file is larger than 100 MB. Split it by area."))
        return file


@never_cache
@guarded("person.import", "GET", "POST")
def home(request: HttpRequest) -> HttpResponse:
    """The files so far, and a new one: read at once, taken in later."""
    actor = request.actor
    datasets = {str(row.pk): row for row in register.datasets(actor, open_on=timezone.localdate())}
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    form.fields["dataset"].choices = [(key, row.name) for key, row in datasets.items()]  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            made = actions.start(
                source=_source(data["file"]),
                name=data["file"].name or "file",
                dataset=datasets[data["dataset"]],
                encoding=data["encoding"],
                by=actor,
                at=timezone.now(),
            )
        except NotAllowed:
            raise
        except Refused as refused:
            form.add_error("file", str(refused))
        else:
            return redirect("people-import", made.pk)
    rows = [
        {"run": run, "tint": STATES[run.state], "said": _said(run)}
        for run in queries.runs(actor)[:RUNS_SHOWN]
    ]
    context = {"form": form if datasets else None, "runs": rows}
    return render(request, "web/people/imports.html", context, status=422 if form.is_bound else 200)


@never_cache
@guarded("person.import")
def run(request: HttpRequest, pk: int) -> HttpResponse:
    """One file: its columns while it waits, its progress and verdicts afterwards."""
    return _page(request, _found(request, pk))


@never_cache
@guarded("person.import")
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """How far an import is; once it has ended the whole page is fetched anew."""
    found = _found(request, pk)
    response = render(request, "web/people/_progress.html", _progress(found))
    if found.state != RunState.RUNNING:
        response["HX-Refresh"] = "true"
    return response


@never_cache
@guarded("person.import", "POST")
def act(request: HttpRequest, pk: int, move: str) -> HttpResponse:
    """Set the columns and try (`columns`), let it run (`run`), or give it up (`drop`)."""
    found = _found(request, pk)
    now: dict[str, Any] = {"by": request.actor, "at": timezone.now()}
    try:
        match move:
            case "columns":
                found = actions.map_columns(run=found, columns=_chosen(request, found), **now)
                return _page(request, found, dry=_dry(actions.dry_run(run=found, **now), found))
            case "run":
                actions.begin(run=found, **now)
            case "drop":
                actions.drop(run=found, **now)
                messages.success(request, _("The file is dropped."))
            case _:
                raise Http404
    except NotAllowed:
        raise
    except Refused as refused:
        chosen = _chosen(request, found) if move == "columns" else None
        return _page(request, found, error=str(refused), status=422, chosen=chosen)
    return redirect("people-import", pk)


@guarded("person.import")
def template(request: HttpRequest) -> HttpResponse:
    """An empty sheet with headings, drop-downs and hints."""
    return download(results.template(), _("people") + ".xlsx")


@never_cache
@guarded("person.import", "POST")
def result(request: HttpRequest, pk: int) -> FileResponse:
    """The file as it was given, every row with its verdict. It holds personal data: the trail says who took it."""
    found = _found(request, pk)
    file = results.result_file(found)
    kept = _written(file.chunks)
    events.record_export("people.import_result", by=request.actor, on=found, detail={"rows": found.total})
    return FileResponse(kept, as_attachment=True, filename=file.name, content_type=file.media_type)


def _written(pieces: Iterator[bytes]) -> IO[bytes]:
    """All pieces in a file without a name: they are made while the rows are in sight, and sent afterwards."""
    kept = tempfile.TemporaryFile(prefix="chunfeng-")  # noqa: SIM115  (closed by the response)
    try:
        for piece in pieces:
            kept.write(piece)
    except BaseException:
        kept.close()
        raise
    kept.seek(0)
    return kept


def _source(file: Any) -> bytes | Path:
    path = getattr(file, "temporary_file_path", None)
    return Path(path()) if path else bytes(file.read())


def _chosen(request: HttpRequest, found: ImportRun) -> list[str]:
    return [request.POST.get(f"column-{n}", "") for n in range(len(found.columns["header"]))]


def _page(
    request: HttpRequest,
    found: ImportRun,
    *,
    dry: dict[str, Any] | None = None,
    error: str = "",
    chosen: list[str] | None = None,
    status: int = 200,
) -> HttpResponse:
    step = 3 if dry else _STEPS[RunState(found.state)]
    context: dict[str, Any] = {"step": step, "error": error, "dry": dry} | _progress(found)
    if step <= 3:
        try:
            context["columns"] = _columns(found, chosen)
        except Refused as refused:
            context |= {"columns": _columns(found, chosen, sampled=False), "error": error or str(refused)}
        context["targets"] = [(field.key, field.label) for field in fields.FIELDS]
    elif found.state != RunState.DROPPED:
        context |= _rows(request, found)
    return render(request, "web/people/import.html", context, status=status)


def _columns(found: ImportRun, chosen: list[str] | None, *, sampled: bool = True) -> list[dict[str, Any]]:
    """Every column with its heading, a masked example and the field it goes to."""
    header = found.columns["header"]
    first = _first_rows(found) if sampled else []
    return [
        {
            "index": n,
            "heading": heading or _("Column %(n)s") % {"n": n + 1},
            "sample": next((mask(row[n].strip()) for row in first if len(row) > n and row[n].strip()), ""),
            "chosen": target,
        }
        for n, (heading, target) in enumerate(zip(header, chosen or found.columns["fields"], strict=True))
    ]


def _first_rows(found: ImportRun) -> list[list[str]]:
    layout = actions.layout_of(found)
    if layout.kind == "xlsx" and found.total > SAMPLED:
        return []
    with reading.rows_of(storing.path_of(found.file), layout) as rows:
        return list(islice(rows, reading.SAMPLE))


def _dry(trial: actions.Trial, found: ImportRun) -> dict[str, Any]:
    groups = [
        {
            "label": _reason(kind),
            "n": n,
            "rows": "、".join(f"{row:,}" for row in trial.rows.get(kind, ())),
            "more": n > len(trial.rows.get(kind, ())),
        }
        for kind, n in sorted(trial.problems.items(), key=lambda pair: -pair[1])
    ]
    return {
        "tiles": _tiles(trial.counts),
        "groups": groups,
        "tried": trial.tried,
        "part": trial.tried < found.total,
    }


def _reason(kind: str) -> str:
    return _("The same person as another row of this file.") if kind == "same_as" else reasons.sentence(kind)


def _tiles(counts: dict[str, int]) -> list[dict[str, Any]]:
    return [
        {
            "key": verdict.value,
            "n": f"{n:,}",
            "label": verdict.label,
            "tint": TINTS[verdict.value] if n else "",
        }
        for verdict in Verdict
        for n in [counts.get(verdict.value, 0)]
    ]


def _progress(found: ImportRun) -> dict[str, Any]:
    return {
        "run": found,
        "tint": STATES[found.state],
        "percent": round(100 * found.done / found.total) if found.total else 0,
        "done": f"{found.done:,}",
        "total": f"{found.total:,}",
        "tiles": _tiles(found.counts),
    }


def _rows(request: HttpRequest, found: ImportRun) -> dict[str, Any]:
    """Rows of one verdict: the one asked for, else the first that needs a look."""
    verdict = request.GET.get("verdict", "")
    if verdict not in Verdict.values:
        worth = (str(Verdict.REJECTED), str(Verdict.PARKED), str(Verdict.ADDED))
        verdict = next((each for each in worth if found.counts.get(each)), "")
    if not verdict:
        return {}
    rows = list(queries.rows(request.actor, found, verdict)[:ROWS_SHOWN])
    return {
        "verdict": verdict,
        "verdict_label": Verdict(verdict).label,
        "problems": [
            {"number": row.number, "said": [_reason(r) for r in row.reasons], "person": row.person_id}
            for row in rows
        ],
        "hidden": max(found.counts.get(verdict, 0) - len(rows), 0),
    }


def _said(found: ImportRun) -> str:
    counts = [(Verdict(key).label, n) for key, n in found.counts.items() if key in Verdict.values and n]
    return "，".join(f"{label} {n:,}" for label, n in counts)


def _found(request: HttpRequest, pk: int) -> ImportRun:
    found: ImportRun = common.found_or_404(queries.run(request.actor, pk))
    return found
