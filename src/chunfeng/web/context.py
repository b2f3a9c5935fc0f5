"""What the frame of every page needs: who is here, in which posting, and which rooms they may enter."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from chunfeng.offices import roles

ROOMS = [
    ("desk", _("Desk"), "task.read"),
    ("notices", _("Notices"), "notice.read"),
    ("issues", _("Coordination"), "issue.work"),
    ("offices", _("Offices"), "office.read"),
    ("areas", _("Areas"), "area.read"),
    ("accounts", _("Accounts"), "account.manage"),
    ("security", _("Security"), "security.manage"),
    ("audit", _("Audit"), "audit.read"),
]


def frame(request: HttpRequest) -> dict[str, Any]:
    """Template context: the actor and the navigation, limited to what the role may open."""
    actor = getattr(request, "actor", None)
    rooms = []
    for name, label, ability in ROOMS:
        if roles.can(actor, ability):
            try:
                url = reverse(name)
            except NoReverseMatch:
                continue
            rooms.append({"url": url, "label": label, "here": request.path.startswith(url)})
    return {"actor": actor, "rooms": rooms}
