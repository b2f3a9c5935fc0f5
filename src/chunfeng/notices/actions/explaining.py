"""Policy explanations (B11), emergencies (B1) and a logged look at contacts (B9, B15)."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from chunfeng.areas import codes
from chunfeng.areas import queries as areas_queries
from chunfeng.core.actions import record
from chunfeng.core.actor import Actor
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.core.models import Event
from chunfeng.notices import queries
from chunfeng.notices.actions import fields
from chunfeng.notices.actions._history import note
from chunfeng.notices.actions.register import office_of
from chunfeng.notices.choices import Act, State
from chunfeng.notices.models import Clause, Emergency, Explanation, Notice, NoticeContact
from chunfeng.offices import roles


@transaction.atomic
def explain(
    *,
    clause: Clause,
    question: str,
    answer: str,
    by: Actor,
    at: datetime,
    replaces: Explanation | None = None,
) -> Explanation:
    """Attach a question and its answer to a clause. A correction is a new version; the old one stays."""
    roles.require(by, "notice.register")
    office = office_of(by)
    notice = Notice.objects.get(pk=clause.notice_id)
    if notice.state not in {State.ISSUED, State.REVIEWED}:
        raise Refused(_("Explain a notice after its review is finished."))
    if not queries.may_explain(by, notice):
        raise NotAllowed(_("Only an office that registered or received a notice explains it."))
    version = 1
    if replaces is not None:
        replaces = Explanation.objects.select_for_update(of=("self",)).get(pk=replaces.pk)
        if replaces.office_id != office.pk:
            raise NotAllowed(_("Only the office that gave an explanation corrects it."))
        if replaces.replaced_by_id is not None:
            raise Refused(_("This explanation already has a newer version. Open the page again."))
        version = replaces.version + 1
    made = Explanation.objects.create(
        notice=notice,
        clause=clause,
        question=fields.text(question),
        answer=fields.text(answer),
        version=version,
        by_name=by.name,
        office=office,
        area_code=office.area_code,
        at=at,
    )
    if replaces is not None:
        replaces.replaced_by = made
        replaces.save(update_fields=["replaced_by"])
    note(
        Act.EXPLAINED,
        notice=notice,
        by=by,
        at=at,
        field="",
        new=made.question,
        clause=clause.ident,
        version=version,
    )
    return made


@transaction.atomic
def add_emergency(
    *, name: str, began_on: Any, by: Actor, at: datetime, ended_on: Any = None, areas: Any = ""
) -> Emergency:
    """Open an emergency: the event that notices, reports and bulletins belong to. The name is used once."""
    roles.require(by, "notice.register")
    office = office_of(by)
    name, begin, end = fields.line(120)(name), fields.day(began_on), fields.day(ended_on)
    if not name or begin is None:
        raise Refused(_("An emergency needs a name and the day it began."))
    if end is not None and end < begin:
        raise Refused(_("The end lies before the beginning. Correct one of the two dates."))
    try:
        with transaction.atomic():
            made = Emergency.objects.create(
                name=name,
                began_on=begin,
                ended_on=end,
                areas=area_codes(areas, begin),
                opened_by=office,
                area_code=office.area_code,
            )
    except IntegrityError:
        raise Refused(_("There is already an emergency called “%(name)s”.") % {"name": name}) from None
    record("emergency.add", by=by, on=made, at=at)
    return made


@transaction.atomic
def end_emergency(*, emergency: Emergency, ended_on: Any, by: Actor, at: datetime) -> Emergency:
    """Set or clear the day an emergency ended. The office that opened it does, or one above it."""
    roles.require(by, "notice.register")
    if not queries.may_end(by, emergency):
        raise NotAllowed(
            _("This emergency was opened by %(office)s. Only that office or one above it ends it.")
            % {"office": emergency.opened_by.name if emergency.opened_by else _("the system")}
        )
    end = fields.day(ended_on)
    if end is not None and end < emergency.began_on:
        raise Refused(_("The end lies before the beginning. Correct one of the two dates."))
    emergency.ended_on = end
    emergency.save(update_fields=["ended_on"])
    record("emergency.end", by=by, on=emergency, at=at, detail={"ended_on": str(end or "")})
    return emergency


def area_codes(typed: Any, on: date) -> list[str]:
    """Areas typed one a line or separated by commas: names as of a day, or codes (2201 is filled up)."""
    given = typed if isinstance(typed, list | tuple) else re.split(r"[,，、;；\n]+", str(typed or ""))
    found = [_area_code(str(each).strip(), on) for each in given if str(each).strip()]
    return list(dict.fromkeys(found))


def _area_code(text: str, on: date) -> str:
    if text[0].isdigit():
        try:
            return codes.pad(text)
        except codes.BadCode:
            pass
    else:
        named = areas_queries.resolve(text, on)
        if len(named) == 1:
            return named[0].code
        if named:
            choice = "、".join(f"{areas_queries.path_name(a.code, on)} {a.code}" for a in named[:5])
            raise Refused(
                _("“%(text)s” is the name of several areas: %(choice)s. Write the code.")
                % {"text": text, "choice": choice}
            )
    raise Refused(
        _("“%(text)s” is neither the name nor the code of an area. A code is written like 2201.")
        % {"text": text}
    )


@transaction.atomic
def unmask_contacts(*, notice: Notice, reason: str, by: Actor, at: datetime) -> list[NoticeContact]:
    """The contacts of a notice in clear, for staff with a reason; the look is recorded (B9, B15)."""
    roles.require(by, "contact.read")
    reason = fields.line(300)(reason)
    if not reason:
        raise Refused(_("Say why you need the contact."))
    record("notice.contacts", by=by, on=notice, at=at, kind=Event.Kind.READ, reason=reason)
    return list(notice.contacts.order_by("id"))
