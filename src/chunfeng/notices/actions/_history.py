"""What every action on a notice shares: the history line with its audit event, locks, whose notice it is."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from chunfeng.core.actions import record
from chunfeng.core.actor import Actor
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.notices.choices import Act, State
from chunfeng.notices.models import Duty, Notice, NoticeEntry


def note(
    act: Act,
    *,
    notice: Notice,
    by: Actor,
    at: datetime,
    duty: Duty | None = None,
    field: str = "",
    old: Any = "",
    new: Any = "",
    **detail: Any,
) -> None:
    """Append a line to the notice's history and the same to the audit trail."""
    before, after = as_text(old), as_text(new)
    NoticeEntry.objects.bulk_create(
        [
            NoticeEntry(
                notice=notice,
                duty=duty,
                act=act,
                field=field,
                old=before,
                new=after,
                by_name=by.name,
                office_name=by.office_name,
                at=at,
            )
        ],
        ignore_conflicts=True,  # asks for no key back: a receiver may add a line that it may not read
    )
    changed = {"field": field, "old": before[:2000], "new": after[:2000]} if field else {}
    where = {"duty": duty.pk} if duty is not None else {}
    record(f"notice.{act}", by=by, on=notice, at=at, detail=changed | where | detail)


def as_text(value: Any) -> str:
    """A value as the history shows it; "" for nothing."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "✓" if value else "—"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list):
        return "；".join(str(item) for item in value)
    return str(value)


def lock(notice: Notice) -> Notice:
    """The notice's row, locked until the transaction ends. The database locks only what may be written."""
    rows = Notice.objects.select_related("registered_by_office")
    held = rows.select_for_update(of=("self",)).filter(pk=notice.pk).first()
    if held is None:
        raise _not_own(notice)
    return held


def own(notice: Notice, by: Actor) -> None:
    """Only the office that registered a notice works on it; others received it."""
    if by.role != "system" and by.office_id != notice.registered_by_office_id:
        raise _not_own(notice)


def _not_own(notice: Notice) -> NotAllowed:
    return NotAllowed(
        _("This notice is kept by %(office)s. Only that office changes or issues it.")
        % {"office": notice.registered_by_office.name}
    )


def in_review(notice: Notice) -> None:
    """Refuse unless the notice is still being reviewed."""
    if notice.state == State.READ:
        return
    if notice.state == State.REVIEWED:
        raise Refused(_("The review of this notice is finished. Open the review again to change it."))
    if notice.state == State.UNREADABLE:
        raise Refused(_("This file could not be read. Paste its text first."))
    raise Refused(
        _("This notice is issued and can no longer be changed. Register a new notice that replaces it.")
    )
