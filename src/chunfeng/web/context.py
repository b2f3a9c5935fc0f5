"""What the frame of every page needs: who is here, in which posting, and which rooms they may enter."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from chunfeng.offices import roles

ROOMS = [
    ("desk", _("Desk"), "task.read"),
    ("notices", _("Notices"), "notice.read"),
    ("issues", _("Coordination"), "issue.work"),
    ("people", _("People"), "person.read"),
    ("census", pgettext_lazy("room", "Census"), "campaign.run"),
    ("calls", _("Calls"), "call.work"),
    ("isolation", _("Isolation"), "isolation.work"),
    ("measures", _("Measures"), "measure.read"),
    ("claims", _("Claims"), "claim.read"),
    ("payments", _("Payments"), "payment.work"),
    ("questions", pgettext_lazy("room", "Questions"), "enquiry.work"),
    ("training", pgettext_lazy("room", "Training"), "training.work"),
    ("reports", _("Reports"), "report.read"),
    ("figures", _("Figures"), "report.read"),
    ("situations", _("Situations"), "report.read"),
    ("bulletins", _("Bulletins"), "bulletin.read"),
    ("forms", _("Forms"), "form.read"),
    ("offices", _("Offices"), "office.read"),
    ("areas", _("Areas"), "area.read"),
    ("accounts", _("Accounts"), "account.manage"),
    ("security", _("Security"), "security.manage"),
    ("audit", _("Audit"), "audit.read"),
]


def frame(request: HttpRequest) -> dict[str, Any]:
    """Template context: the actor and the navigation, limited to what the role may open."""
    actor = getattr(request, "actor", None)
    rooms: list[dict[str, Any]] = []
    for name, label, ability in ROOMS:
        if roles.can(actor, ability):
            rooms.append({"url": reverse(name), "label": label})
    # /desk/issues/ lies in two rooms: the longer address is the one
    inside = [room["url"] for room in rooms if request.path.startswith(room["url"])]
    for room in rooms:
        room["here"] = room["url"] == max(inside, key=len, default="")
    return {"actor": actor, "rooms": rooms}
