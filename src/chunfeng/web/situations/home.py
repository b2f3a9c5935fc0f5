"""The room's first page: what waits for this office, what is silent above, and the list."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from chunfeng.core.actor import Actor
from chunfeng.offices import roles
from chunfeng.reporting.choices import SituationState
from chunfeng.reporting.queries import situations as queries
from chunfeng.web.guards import guarded
from chunfeng.web.lists import Column, Filter, Listing
from chunfeng.web.templatetags.chunfeng import moment
from chunfeng.web.templatetags.situations import headline, shown, standing


@never_cache
@guarded("report.read")
def home(request: HttpRequest) -> HttpResponse:
    """Situations in sight: overdue first, then those under way, then the others, the newest first."""
    actor: Actor = request.actor
    now = timezone.now()
    rows = queries.listed(actor, now)
    listing = _listing(actor)
    if listing.wants_export(request):
        return listing.export(request, rows)
    may_merge = roles.can(actor, "report.accept")
    context = {
        "page": listing.page(request, rows),
        "waiting": queries.to_take_in(actor, now),
        "silent": queries.silent_above(actor, now),
        "in_hand": len(queries.mergeable(actor)) if may_merge else 0,
    }
    return render(request, "web/situations/situations.html", context)


def _listing(actor: Actor) -> Listing:
    return Listing(
        name="situations",
        sort="-urgency",
        search=queries.search,
        filters=[
            Filter("state", gettext_lazy("State"), lambda: SituationState.choices),
            Filter(
                "side", gettext_lazy("Our side"),
                lambda: [
                    ("ours", _("Reported by us")),
                    ("waiting", _("To be taken in by us")),
                    ("taken", _("Taken in by us")),
                    ("overdue", _("Overdue")),
                ],
                apply=lambda rows, value: queries.of_side(rows, actor, value),
            ),
        ],
        columns=[
            Column("what", gettext_lazy("What happened"), headline),
            Column("standing", gettext_lazy("Where it is"), standing, order="urgency"),
            Column("office", gettext_lazy("Reported by"), lambda s: s.office.name),
            Column("place", gettext_lazy("Where it happened"), lambda s: shown(s.place)),
            Column("people", gettext_lazy("People concerned"), lambda s: s.people, number=True),
            Column("happened_at", gettext_lazy("Happened at"), lambda s: moment(s.happened_at), order="happened_at"),
            Column("at", gettext_lazy("Reported at"), lambda s: moment(s.at), order="at"),
        ],
    )  # fmt: skip
