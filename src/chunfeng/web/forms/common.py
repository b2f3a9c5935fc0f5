"""What the views of this room share."""

from __future__ import annotations

from django.http import Http404, HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from chunfeng.core.errors import NotAllowed
from chunfeng.offices import queries as offices
from chunfeng.offices.models import Office
from chunfeng.reporting import queries
from chunfeng.reporting.models import Form


def form_or_404(pk: int) -> Form:
    """A form in sight; the same answer for one out of sight and one that does not exist."""
    found = queries.form_by_id(pk)
    if found is None:
        raise Http404(_("This form does not exist or lies outside your area."))
    return found


def own_office(request: HttpRequest) -> Office:
    """The office this person works at."""
    office = offices.office_by_id(request.actor.office_id or 0)
    if office is None:
        raise NotAllowed(_("Forms are asked for by offices: log in with a posting at one."))
    return office


def ledger_url(form: Form) -> str:
    """Where one sees who has reported; empty while that room is not there."""
    try:
        return reverse("ledger", args=[form.pk])
    except NoReverseMatch:
        return ""
