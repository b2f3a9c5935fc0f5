"""Merging, splitting, renaming and re-coding divisions: a dry run shows what moves, then one act does it."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chunfeng.areas import actions, codes
from chunfeng.areas.choices import ChangeKind
from chunfeng.areas.plans import Division, Part
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.web.guards import guarded
from chunfeng.web.places.common import Day

MOVES_SHOWN = 400


class ChangeForm(forms.Form):
    """A change of divisions as it is decided. Lists are written one a line."""

    kind = forms.ChoiceField(label=gettext_lazy("Kind of change"), choices=ChangeKind.choices)
    on = forms.DateField(label=gettext_lazy("In force from"), widget=Day())
    basis = forms.CharField(
        label=gettext_lazy("Decision it rests on"),
        max_length=200,
        help_text=gettext_lazy("Document and number, for example 国函〔2020〕82号."),
    )
    old = forms.CharField(
        label=gettext_lazy("Old codes, one a line"),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    new = forms.CharField(
        label=gettext_lazy("New areas, one a line: code name share"),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy(
            "For example 220184000000 公主岭市. The share (0.6) is only for a split, and optional."
        ),
    )
    children = forms.CharField(
        label=gettext_lazy("For a split: which area goes where, one a line: code new-code"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean_old(self) -> tuple[str, ...]:
        return tuple(_code(line.split()[0]) for line in _lines(self.cleaned_data["old"]))

    def clean_new(self) -> tuple[Part, ...]:
        return tuple(_part(line) for line in _lines(self.cleaned_data["new"]))

    def clean_children(self) -> dict[str, str]:
        found = {}
        for line in _lines(self.cleaned_data["children"]):
            words = line.split()
            if len(words) != 2:
                raise forms.ValidationError(
                    _("“%(line)s”: write the code and the new code.") % {"line": line[:60]}
                )
            found[_code(words[0])] = _code(words[1])
        return found

    def division(self) -> Division:
        """The change the form describes."""
        return Division(**self.cleaned_data)


@guarded("area.change", "GET", "POST")
def area_change(request: HttpRequest) -> HttpResponse:
    """The form; with `act=preview` the dry run under it; with `act=do` the change itself."""
    start = {
        "on": timezone.localdate(),
        "old": request.GET.get("old", ""),
        "kind": request.GET.get("kind", "rename"),
    }
    form = ChangeForm(request.POST or None, initial=start)
    preview = None
    if request.method == "POST" and form.is_valid():
        actor = request.actor
        change = form.division()
        try:
            if request.POST.get("act") == "do":
                done = actions.change_division(change=change, by=actor, at=timezone.now())
                messages.success(request, _("Done: %(n)s areas changed.") % {"n": len(done.moves)})
                return redirect("area", change.new[0].code)
            preview = actions.preview_change(change)
        except NotAllowed:
            raise
        except Refused as refusal:
            form.add_error(None, str(refusal))
    shown: dict[str, Any] = {"form": form, "preview": preview}
    if preview is not None:
        shown |= {"moves": preview.moves[:MOVES_SHOWN], "hidden": max(len(preview.moves) - MOVES_SHOWN, 0)}
    return render(request, "web/places/area_change.html", shown, status=422 if form.errors else 200)


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _code(text: str) -> str:
    try:
        plain = text.strip().upper()
        return codes.pad(plain) if len(plain) < codes.BASE_LENGTH else codes.check(plain)
    except codes.BadCode as bad:
        raise forms.ValidationError(_("Check the code: %(why)s") % {"why": bad}) from bad


def _part(line: str) -> Part:
    """ "220184000000 公主岭市 0.6" → a part. The share may be missing."""
    match = re.fullmatch(r"(\S+)\s+(\S.*?)(?:\s+([0-9.]+%?))?", line)
    if match is None:
        raise forms.ValidationError(
            _("“%(line)s”: write the code, the name and, if known, the share.") % {"line": line[:60]}
        )
    share = None
    if match[3]:
        try:
            share = Decimal(match[3].rstrip("%")) / (100 if match[3].endswith("%") else 1)
        except InvalidOperation as error:
            raise forms.ValidationError(_("“%(text)s” is not a share.") % {"text": match[3]}) from error
    return Part(_code(match[1]), match[2], share=share)
