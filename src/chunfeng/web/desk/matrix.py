"""Who has done what of a notice: the matrix, and the list of those who have not."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chunfeng.areas import codes
from chunfeng.core.actor import Actor
from chunfeng.notices import queries as notices
from chunfeng.notices.masking import masked
from chunfeng.notices.models import Notice
from chunfeng.offices import roles
from chunfeng.offices.choices import Level, Line
from chunfeng.tasking import actions, queries
from chunfeng.tasking.models import Task
from chunfeng.web.guards import guarded
from chunfeng.web.lists import Column, Filter, Listing
from chunfeng.web.templatetags import desk as look


@guarded("task.read")
def matrix(request: HttpRequest, pk: int) -> HttpResponse:
    """Duties × offices of the next level below; a column opens the level below it."""
    actor: Actor = request.actor
    notice = _notice_or_404(actor, pk)
    area, line = _area_or_404(actor, request.GET.get("area", "")), request.GET.get("line", "")
    found = queries.matrix(notice=notice, actor=actor, area_code=area, line=line)
    context = {
        "notice": notice,
        "matrix": found,
        "place": queries.place_office(area) if area and area != actor.area_code else None,
        "level": Level(found.level).label if found.level else "",
        "lines": [(value, Line(value).label) for value in found.lines_of_business],
        "line": line,
        "legend": look.legend(),
        "area": area,
        "may_remind": roles.can(actor, "task.delegate"),
    }
    return render(request, "web/desk/matrix.html", context)


def _area_or_404(actor: Actor, area: str) -> str:
    """The area asked for; nothing, which means one's own, for one outside the own range."""
    try:
        return area if area and actor.sees(codes.check(area)) else ""
    except codes.BadCode:
        raise Http404(_("There is no such area.")) from None


@guarded("task.read")
def behind(request: HttpRequest, pk: int) -> HttpResponse:
    """Offices in sight whose tasks of a notice are still open, latest deadline passed first."""
    actor: Actor = request.actor
    notice = _notice_or_404(actor, pk)
    rows = queries.behind(notice=notice, actor=actor)
    if _BEHIND.wants_export(request):
        return _BEHIND.export(request, rows)
    page = _BEHIND.page(request, rows)
    context = {
        "notice": notice,
        "page": page,
        "reminded": queries.reminded_today(page.rows, timezone.now()),
        "may_remind": roles.can(actor, "task.delegate"),
    }
    return render(request, "web/desk/behind.html", context)


@guarded("task.delegate", "POST")
def remind(request: HttpRequest, pk: int) -> HttpResponse:
    """Remind one office at once."""
    found = queries.task(request.actor, pk)
    if found is None:
        raise Http404(_("This task does not exist or lies outside your area."))
    actions.remind(task=found, by=request.actor, at=timezone.now())
    messages.success(request, _("%(office)s was reminded.") % {"office": found.office})
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}):
        back = reverse("task", args=[pk])
    return redirect(back)


def _notice_or_404(actor: Actor, pk: int) -> Notice:
    found = notices.one(actor, pk)
    if found is None:
        raise Http404(_("This notice does not exist or lies outside your area."))
    return found


_BEHIND = Listing(
    name="behind",
    sort="sort_due",
    search=queries.search_offices,
    filters=[
        Filter("late", gettext_lazy("Deadline"), lambda: [("yes", _("Overdue")), ("no", _("Not yet due"))],
               apply=queries.late),
        Filter("state", gettext_lazy("State"), lambda: queries.OPEN_CHOICES),
    ],
    columns=[
        Column("office", gettext_lazy("Office"), lambda t: t.office.name),
        Column("action", gettext_lazy("Task"), lambda t: masked(t.duty.action)),
        Column("due", gettext_lazy("Due"), lambda t: t.due_at, order="sort_due"),
        Column("state", gettext_lazy("State"), Task.get_state_display),
        Column("part", gettext_lazy("Part"), Task.get_part_display),
    ],
)  # fmt: skip
