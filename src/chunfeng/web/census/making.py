"""A round is prepared: questions, clause, dataset, filter with its count; nobody is called yet."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.people import scripts
from chunfeng.people.actions import campaigns, choosing
from chunfeng.people.choices import ContactKind
from chunfeng.people.models import Campaign
from chunfeng.people.queries import census, register
from chunfeng.people.queries import choosing as queries
from chunfeng.people.scripts import BadScript, Script, library
from chunfeng.web.census import words
from chunfeng.web.census.forms import KEPT, OWN, RoundForm, initial
from chunfeng.web.guards import guarded
from chunfeng.web.people.common import Names, found_or_404

MOST_FILE = 200_000
SHOWN = 8
FIRST = "returnee-call"


@never_cache
@guarded("campaign.run", "GET", "POST")
def new(request: HttpRequest) -> HttpResponse:
    """Prepare a round."""
    if not register.datasets(request.actor, open_on=timezone.localdate()).exists():
        raise Refused(_("Make a dataset first: answers are not kept without a purpose."))
    return _run(request, None)


@never_cache
@guarded("campaign.run", "GET", "POST")
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a round that has not begun."""
    return _run(request, found_or_404(census.campaign(request.actor, pk)))


@never_cache
@guarded("campaign.run", "POST")
def count(request: HttpRequest) -> HttpResponse:
    """How many the filter means, as a fragment; what is wrong with it in a sentence."""
    form = _form(request, None)
    form.is_valid()
    return render(request, "web/census/_count.html", _counted(request, form))


def _run(request: HttpRequest, row: Campaign | None) -> HttpResponse:
    form = _form(request, row)
    problems: list[str] = []
    if request.method == "POST" and form.is_valid() and "count" not in request.POST:
        try:
            script = _script(request, form, row)
            values = form.values() | {"script": script, "by": request.actor, "at": timezone.now()}
            made = (
                campaigns.change_campaign(campaign=row, **values)
                if row
                else campaigns.make_campaign(**values)
            )
        except NotAllowed:
            raise
        except BadScript as bad:
            problems = bad.problems
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Prepared. Look at it once more, then let the calls begin."))
            return redirect("census-round", made.pk)
    context = {
        "form": form,
        "round": row,
        "problems": problems,
        "scripts": _previews(row),
        **(_counted(request, form) if form.is_bound else {}),
    }
    bad = bool(problems or form.errors) and form.is_bound and "count" not in request.POST
    return render(request, "web/census/new.html", context, status=422 if bad else 200)


def _form(request: HttpRequest, row: Campaign | None) -> RoundForm:
    shipped = [(script.code, script.title) for script in _shipped()]
    kept = [(KEPT, _("As it is: %(title)s") % {"title": row.script.get("title", "")})] if row else []
    start = initial(row, queries.load(row.chosen)) if row else {"script": shipped[0][0]}
    sent = request.method == "POST"  # an empty form is sent too
    return RoundForm(
        request.POST if sent else None,
        request.FILES if sent else None,
        actor=request.actor,
        shipped=[*kept, *shipped, (OWN, _("Own questions from a file"))],
        initial=start,
    )


def _shipped() -> list[Script]:
    """Calls before visits, the round of returnees first."""
    fit = [script for script in library.scripts() if script.kind in campaigns.KINDS]
    return sorted(
        fit, key=lambda script: (campaigns.KINDS.index(ContactKind(script.kind)), script.code != FIRST)
    )


def _script(request: HttpRequest, form: RoundForm, row: Campaign | None) -> Script:
    wanted = form.cleaned_data["script"]
    if wanted == KEPT and row is not None:
        return words.script_of(row)
    if wanted == OWN:
        file = form.cleaned_data.get("script_file")
        if file is None:
            raise Refused(_("Choose the file with your questions."))
        if file.size > MOST_FILE:
            raise Refused(
                _("The file is larger than %(n)s KB: this is no script.") % {"n": MOST_FILE // 1000}
            )
        return scripts.read_yaml(file.read())
    script = library.script(wanted)
    if script is None:
        raise Refused(_("Choose the questions."))
    return script


def _previews(row: Campaign | None) -> list[dict[str, Any]]:
    known = [words.script_of(row)] if row else []
    return [
        {"title": script.title, "source": script.source, "opening": script.opening,
         "kind": script.kind, "questions": words.questions(script)}
        for script in [*known, *_shipped()]
    ]  # fmt: skip


def _counted(request: HttpRequest, form: RoundForm) -> dict[str, Any]:
    """The preview of the filter as far as it is valid, or the sentence that says what is wrong."""
    wrong = [error for name in form.filter_fields for error in form.errors.get(name, [])]
    if wrong:
        return {"wrong": " ".join(wrong)}
    actor, today = request.actor, timezone.localdate()
    try:
        chosen = choosing.check(form.chosen(), by=actor, on=today)
    except Refused as refused:
        return {"wrong": str(refused)}
    shown = queries.preview(queries.who(actor, chosen, today))
    names = Names(actor)
    most = sorted(shown.villages, key=lambda pair: -pair[1])[:SHOWN]
    names.load(code for code, _n in most)
    return {
        "counted": shown,
        "most": [(names.short(code), n) for code, n in most],
        "hidden": len(shown.villages) - len(most),
    }
