"""What the frame of every page needs: who is here, in which posting, and which rooms they may enter."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from chunfeng.offices import roles

FEW = 7
"""With so few rooms they stand side by side, without groups."""

GROUPS: list[tuple[Any, list[tuple[str, Any, str]]]] = [
    (
        _("Desk"),
        [
            ("desk", _("Desk"), "task.read"),
        ],
    ),
    (
        pgettext_lazy("rooms", "Papers"),
        [
            ("notices", _("Notices"), "notice.read"),
            ("issues", _("Coordination"), "issue.work"),
        ],
    ),
    (
        _("People"),
        [
            ("people", _("People"), "person.read"),
            ("census", pgettext_lazy("room", "Census"), "campaign.run"),
            ("calls", _("Calls"), "call.work"),
            ("isolation", _("Isolation"), "isolation.work"),
            ("training", pgettext_lazy("room", "Training"), "training.work"),
        ],
    ),
    (
        pgettext_lazy("rooms", "Benefits"),
        [
            ("measures", _("Measures"), "measure.read"),
            ("claims", _("Claims"), "claim.read"),
            ("payments", _("Payments"), "payment.work"),
            ("injuries", _("Work injuries"), "injury.work"),
            ("worklists", _("Epidemic work days"), "worklist.work"),
            ("questions", pgettext_lazy("room", "Questions"), "enquiry.work"),
        ],
    ),
    (
        _("Reporting"),
        [
            ("reports", _("Reports"), "report.read"),
            ("figures", _("Figures"), "report.read"),
            ("situations", _("Situations"), "report.read"),
            ("bulletins", _("Bulletins"), "bulletin.read"),
            ("forms", _("Forms"), "form.read"),
        ],
    ),
    (
        pgettext_lazy("rooms", "House"),
        [
            ("offices", _("Offices"), "office.read"),
            ("areas", _("Areas"), "area.read"),
            ("accounts", _("Accounts"), "account.manage"),
            ("security", _("Security"), "security.manage"),
            ("audit", _("Audit"), "audit.read"),
        ],
    ),
]
ROOMS = [room for _label, rooms in GROUPS for room in rooms]


def frame(request: HttpRequest) -> dict[str, Any]:
    """Template context: the actor, the navigation limited to what the role may open, and the rooms beside this one."""
    actor = getattr(request, "actor", None)
    groups = []
    for label, rooms in GROUPS:
        open_to = [
            {"url": reverse(name), "label": room, "here": False}
            for name, room, ability in rooms
            if roles.can(actor, ability)
        ]
        if open_to:
            groups.append((label, open_to))
    every = [room for _label, rooms in groups for room in rooms]
    # /desk/issues/ lies in two rooms: the longer address is the one
    inside = [room for room in every if request.path.startswith(room["url"])]
    if inside:
        max(inside, key=lambda room: len(room["url"]))["here"] = True
    if len(every) <= FEW:
        return {"actor": actor, "rooms": every, "beside": []}
    here = next((rooms for _label, rooms in groups if any(room["here"] for room in rooms)), [])
    top = [
        rooms[0] if len(rooms) == 1 else {"url": rooms[0]["url"], "label": label, "here": rooms is here}
        for label, rooms in groups
    ]
    return {"actor": actor, "rooms": top, "beside": here if len(here) > 1 else []}
