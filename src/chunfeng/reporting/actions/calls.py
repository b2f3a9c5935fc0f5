"""Data calls: a one-off return with a deadline, composed and sent in one step (C5)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from chunfeng.core.actor import Actor
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.notices.models import Clause, Duty
from chunfeng.offices import queries as offices
from chunfeng.offices import roles
from chunfeng.offices.models import Office
from chunfeng.reporting.actions.forms import create_form, hold, may_change, publish, source_of
from chunfeng.reporting.choices import FormState, Origin
from chunfeng.reporting.definition import parse
from chunfeng.reporting.models import Form
from chunfeng.reporting.queries.forms import current_version, definition_of
from chunfeng.reporting.reporters import twice_told

_LONGEST = 366
_SAME = timedelta(minutes=10)
_PRINTED = re.compile(
    r"(?:《(?P<title>[^》]+)》)?[（(]?(?P<number>[^\s（）()《》]+〔\d{4}〕\s*\d+\s*号)?[）)]?(?P<clause>.*)",
    re.S,
)


@transaction.atomic
def compose_call(
    *,
    title: str,
    source: Mapping[str, str] | str,
    deadline: datetime,
    indicators: Sequence[Mapping[str, Any]],
    reporters: Sequence[Mapping[str, Any]],
    by: Actor,
    at: datetime,
    clause: Clause | None = None,
    duty: Duty | None = None,
    note: str = "",
    owner: Office | None = None,
) -> Form:
    """Ask offices once for some figures by a deadline; what each owes is laid out at once.

    Each states its whole area, or, where several offices of one place are asked, its own figures.

    `source` is the entry of a definition or its printed form (《题名》（文号）第二条); with `clause` it may be
    empty. Indicators without a code get one. `owner` is the actor's own office unless given. The same call
    again within minutes is the same call: a page sent twice asks once.
    """
    roles.require(by, "form.change")
    owner = owner or (offices.office_by_id(by.office_id) if by.office_id else None)
    if owner is None:
        raise NotAllowed(_("A data call is sent by an office: choose the office that asks."))
    may_change(by, owner)
    hold(owner)
    deadline = timezone.localtime(deadline).replace(second=0, microsecond=0)
    today = timezone.localdate(at)
    days = (deadline.date() - today).days
    if deadline <= at or days > _LONGEST:
        raise Refused(
            _("The deadline %(deadline)s must lie ahead, at most a year from now.")
            % {"deadline": f"{deadline:%Y-%m-%d %H:%M}"}
        )
    definition: dict[str, Any] = {
        "code": _free_code(owner, at),
        "title": title,
        "source": read_source(source) or (source_of(clause) if clause else {}),
        "every": "once",
        "cut_off": f"{deadline:%H:%M}",
        "days_after": days,
        "figures": "area",
        "reporters": [dict(each) for each in reporters],
        "indicators": _coded(indicators),
    }
    if note.strip():
        definition["note"] = note
    if twice_told(owner.area_code, parse(definition)):  # several bureaus of one place: each speaks for itself
        definition["figures"] = "own"
    if (sent := _sent_already(owner, definition, at)) is not None:
        return sent
    form = create_form(
        owner=owner, definition=definition, origin=Origin.CALL, by=by, at=at, clause=clause, duty=duty
    )
    publish(form=form, by=by, at=at, applies_from=today)
    if not form.obligations.exists():
        raise Refused(_("No office in service is asked: choose other reporters."))
    return form


def _sent_already(owner: Office, definition: Mapping[str, Any], at: datetime) -> Form | None:
    """The call of the same words and deadline that this office sent a moment ago."""
    recent = Form.objects.filter(
        owner=owner, origin=Origin.CALL, state=FormState.ACTIVE, created_at__gt=at - _SAME, created_at__lte=at
    )
    for form in recent.order_by("pk"):
        version = current_version(form)
        if version is not None and definition_of(version) == parse(dict(definition) | {"code": form.code}):
            return form
    return None


def read_source(source: Mapping[str, str] | str) -> dict[str, str]:
    """The entry `source` for a printed citation: 《题名》（人社发〔2020〕1号）第二条 → title, number, clause."""
    if not isinstance(source, str):
        return {key: str(value).strip() for key, value in source.items() if str(value).strip()}
    found = _PRINTED.fullmatch(source.strip())
    parts = {key: value.strip() for key, value in (found.groupdict() if found else {}).items() if value}
    if "clause" in parts and not parts.keys() & {"title", "number"}:
        return {"title": parts["clause"]}
    return {key: value for key, value in parts.items() if value}


def _coded(indicators: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    taken = {str(each.get("code")) for each in indicators}
    free = (code for code in (f"n{n}" for n in range(1, 1000)) if code not in taken)
    return [{"code": next(free)} | dict(each) if not each.get("code") else dict(each) for each in indicators]


def _free_code(owner: Office, at: datetime) -> str:
    stem = f"call-{timezone.localdate(at):%Y%m%d}"
    taken = set(Form.objects.filter(owner=owner, code__startswith=stem).values_list("code", flat=True))
    return next(code for n in range(1, 10_000) if (code := f"{stem}-{n}") not in taken)
