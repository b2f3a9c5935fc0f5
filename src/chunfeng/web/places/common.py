"""What the screens of offices and areas share: picking offices and areas, one way to run a form."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from chunfeng.areas import codes
from chunfeng.areas import queries as areas
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.offices import queries
from chunfeng.offices.models import Office
from chunfeng.web import asked


def office_or_404(pk: int) -> Office:
    """The office with this key."""
    found = queries.office_by_id(pk)
    if found is None:
        raise Http404
    return found


def found_or_404(row: Any) -> Any:
    """The row, or a 404 where it is gone or out of sight."""
    if row is None:
        raise Http404
    return row


def day_of(request: HttpRequest) -> date:
    """The day the page speaks of (`on`), today where none or a wrong one is given."""
    return asked.day(request.GET.get("on")) or timezone.localdate()


class Day(forms.DateInput):
    """The browser's own calendar."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class OfficeField(forms.CharField):
    """An office by its code or full name, with suggestions while typing. Clean value: Office or None."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("max_length", 200)
        super().__init__(**options)
        self.widget.template_name = "web/places/pick_office.html"

    def clean(self, value: Any) -> Any:
        text = (super().clean(value) or "").strip()
        return find_office(text) if text else None


class AreaField(forms.CharField):
    """An area by its code or full name, with suggestions while typing. Clean value: the code, or ""."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("max_length", 200)
        super().__init__(**options)
        self.widget.template_name = "web/places/pick_area.html"

    def clean(self, value: Any) -> Any:
        text = (super().clean(value) or "").strip()
        return find_area(text, timezone.localdate()) if text else ""


def find_office(text: str) -> Office:
    """An office by "CODE", "CODE name" or its full name. Raises ValidationError."""
    by_code = queries.office_by_code(text.split()[0])
    if by_code is not None:
        return by_code
    exact = [office for office in queries.suggest(text, limit=40) if office.name == text]
    if len(exact) == 1:
        return exact[0]
    if exact:
        raise forms.ValidationError(_("Several offices are called so. Choose one from the suggestions."))
    raise forms.ValidationError(_("No office in service answers to this. Choose one from the suggestions."))


def find_area(text: str, on: date) -> str:
    """The code of an area by "CODE", "CODE name" or its full name on a day. Raises ValidationError."""
    first = text.split()[0].upper()
    if first.isascii():
        try:
            return codes.pad(first) if len(first) < codes.BASE_LENGTH else codes.check(first)
        except codes.BadCode as bad:
            raise forms.ValidationError(_("Check the code: %(why)s") % {"why": bad}) from bad
    found = areas.resolve(text, on)
    if not found:
        raise forms.ValidationError(_("No area is called so on this day. Choose one from the suggestions."))
    if len(found) > 1 and found[0].level == found[1].level:
        raise forms.ValidationError(_("Several areas are called so. Choose one from the suggestions."))
    return found[0].code


def picked(office: Office | None) -> str:
    """How an office stands in a field that suggests offices."""
    return f"{office.code} {office.name}" if office else ""


def run_form(
    request: HttpRequest,
    form: forms.Form,
    *,
    do: Callable[[dict[str, Any]], Any],
    to: Callable[[Any], tuple[Any, ...]],
    title: str,
    done: str,
    crumbs: list[tuple[str, str]],
    submit: str = "",
    note: str = "",
) -> HttpResponse:
    """Show a form, and on POST do its act: success says so and goes on, a refusal stands above the fields."""
    if request.method == "POST" and form.is_valid():
        try:
            result = do(form.cleaned_data)
        except NotAllowed:
            raise
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, done)
            return redirect(*to(result))
    shown = {"form": form, "title": title, "crumbs": crumbs, "submit": submit or _("Save"), "note": note}
    return render(request, "web/places/form.html", shown, status=422 if form.is_bound else 200)
