"""Making, publishing and ending forms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from chunfeng.areas import codes
from chunfeng.core.actions import record
from chunfeng.core.actor import Actor
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.notices.models import Clause, Duty, Emergency
from chunfeng.offices import queries as offices
from chunfeng.offices import roles
from chunfeng.offices.models import Office
from chunfeng.reporting import definition as definitions
from chunfeng.reporting import library, values
from chunfeng.reporting.actions.obligations import make_obligations
from chunfeng.reporting.actions.renewing import renew
from chunfeng.reporting.choices import FormState, Origin
from chunfeng.reporting.definition import FormDefinition
from chunfeng.reporting.models import Form, FormVersion
from chunfeng.reporting.queries.forms import newest_wording
from chunfeng.reporting.reporters import twice_told

FARTHEST = timedelta(days=366)
"""From the page a wording comes into force at most so far from today: a slip in the year would lay out centuries."""
LAID_OUT = timedelta(days=31)


@transaction.atomic
def create_form(
    *,
    owner: Office,
    definition: Mapping[str, Any] | FormDefinition,
    origin: str,
    by: Actor,
    at: datetime,
    clause: Clause | None = None,
    duty: Duty | None = None,
    emergency: Emergency | None = None,
) -> Form:
    """A form asked for by `owner`, with its first wording as a draft. Nobody owes anything yet.

    Raises `BadForm` for a definition that cannot be used, `Refused` for a code the owner uses already.
    """
    may_change(by, owner)
    parsed = read(definition, owner)
    hold(owner)
    if Form.objects.filter(owner=owner, code=parsed.code).exists():
        raise Refused(
            _("%(office)s already has a form with the code “%(code)s”. Change that form or use another code.")
            % {"office": owner.name, "code": parsed.code}
        )
    form = Form.objects.create(
        owner=owner,
        area_code=owner.area_code,
        emergency=emergency or (clause.notice.emergency if clause else None),
        code=parsed.code,
        title=_title(parsed),
        origin=Origin(origin),
        clause=clause,
        duty=duty,
        source=_source(parsed),
        created_at=at,
        created_by_name=by.name,
    )
    _write(form, 1, parsed)
    record("form.create", by=by, on=form, at=at, detail={"code": form.code, "origin": str(form.origin)})
    return form


@transaction.atomic
def save_draft(
    *, form: Form, definition: Mapping[str, Any] | FormDefinition, by: Actor, at: datetime, seen: str = ""
) -> FormVersion:
    """Keep a new wording as the form's one draft, replacing the draft before it.

    `seen` is `newest_wording` as the person read it: two editors cannot overwrite each other.
    """
    given, form = form, _locked(form, by)
    _as_seen(form, seen)
    parsed = read(definition, form.owner)
    if parsed.code != form.code:
        raise Refused(
            _("The code of a form never changes: it is “%(code)s”, not “%(other)s”.")
            % {"code": form.code, "other": parsed.code}
        )
    _keeps_places(form, parsed)
    last = form.versions.order_by("-number").first()
    if last is not None and last.published_at is None:
        last.definition = definitions.dump(parsed)
        last.save(update_fields=["definition"])
        draft = last
    else:
        draft = _write(form, last.number + 1 if last else 1, parsed)
    if form.state == FormState.DRAFT:
        form.title, form.source = _title(parsed), _source(parsed)
        form.save(update_fields=["title", "source"])
    _mirror(form, given)
    record("form.draft", by=by, on=form, at=at, detail={"version": draft.number})
    return draft


@transaction.atomic
def publish(
    *, form: Form, by: Actor, at: datetime, applies_from: date | None = None, seen: str = ""
) -> FormVersion:
    """Put the draft in force for periods that begin on `applies_from` or later.

    The default is today; a form due once keeps the day of its one period. Every number cell gets its
    permanent place. The first period is owed at once, the coming ones are made as they draw near
    (`make_due`). What is owed already and not answered yet is laid out anew; what was filed keeps its wording.
    Raises `Refused` without a draft, without a source with its clause, for a day before the last version's,
    and for a cell whose type or decimals would change.
    """
    given, form = form, _locked(form, by)
    _as_seen(form, seen)
    draft = form.versions.filter(published_at=None).first()
    if draft is None:
        raise Refused(_("The form “%(form)s” has no draft to publish.") % {"form": form.title})
    parsed = read(draft.definition, form.owner)
    _can_be_published(form, parsed)
    last = form.versions.filter(published_at__isnull=False).order_by("-number").first()
    today = timezone.localdate(at)
    first_day = _first_day(form, parsed, last, applies_from, today, by)
    draft.applies_from, draft.published_at, draft.published_by_name = first_day, at, by.name
    draft.save(update_fields=["applies_from", "published_at", "published_by_name"])
    form.slots = values.slots(parsed, form.slots)
    form.title, form.source = _title(parsed), _source(parsed)
    form.state = FormState.ACTIVE
    form.starts_on = form.starts_on or first_day
    form.save(update_fields=["slots", "title", "source", "state", "starts_on"])
    _mirror(form, given)
    if last is not None:
        renew(form=form, since=first_day, by=by, at=at, version=draft)
    make_obligations(form=form, until=max(first_day, today), by=by, at=at)
    record(
        "form.publish",
        by=by,
        on=form,
        at=at,
        detail={"version": draft.number, "applies_from": first_day.isoformat()},
    )
    return draft


def _can_be_published(form: Form, parsed: FormDefinition) -> None:
    """Refuse a wording without its clause, one that moves a figure's place, one that states an area twice."""
    if form.clause_id is None and not parsed.source.clause.strip():
        raise Refused(
            _(
                "Before publishing, name the clause that orders this return (source, clause): every figure cites it."
            )
        )
    _keeps_places(form, parsed)
    if both := twice_told(form.area_code, parsed):
        raise Refused(
            _(
                "%(one)s and %(other)s would each state the whole of their area, and it would be added twice. "
                "Choose a line of business for the reporters, or let each office state its own figures."
            )
            % {"one": both[0].name, "other": both[1].name}
        )


def _first_day(
    form: Form,
    parsed: FormDefinition,
    last: FormVersion | None,
    applies_from: date | None,
    today: date,
    by: Actor,
) -> date:
    """From which day a wording holds: as asked, never before the version it follows."""
    only = form.starts_on if parsed.every == "once" else None  # the one period of a call began back then
    first_day = applies_from or only or today
    if last is not None and last.applies_from is not None and first_day < last.applies_from:
        if applies_from is not None:
            raise Refused(
                _("Version %(n)s applies from %(day)s; a later one cannot apply from an earlier day.")
                % {"n": last.number, "day": last.applies_from.isoformat()}
            )
        first_day = last.applies_from
    if applies_from is not None and abs(applies_from - today) > FARTHEST and by.role != "system":
        raise Refused(
            _("%(day)s lies more than a year from today: look at the year.") % {"day": first_day.isoformat()}
        )
    return first_day


@transaction.atomic
def end_form(*, form: Form, on: date, by: Actor, at: datetime, reason: str) -> Form:
    """End a form: periods that begin after `on` are owed no more; what is owed until then stays."""
    given, form = form, _locked(form, by)
    if not reason.strip():
        raise Refused(_("Say why the form ends: the reason stands in the audit trail."))
    if form.starts_on and on < form.starts_on:
        raise Refused(
            _("The form has been in use since %(day)s; it cannot end before.") % {"day": form.starts_on}
        )
    if on - timezone.localdate(at) > LAID_OUT:  # what is owed until then is laid out at once
        raise Refused(
            _("%(day)s lies more than %(n)s days ahead: end the form when that day is near.")
            % {"day": on.isoformat(), "n": LAID_OUT.days}
        )
    form.ends_on = on
    form.save(update_fields=["ends_on"])
    if form.starts_on:
        renew(form=form, since=form.starts_on, by=by, at=at, until=on, reason=reason.strip())
    form.state = FormState.ENDED
    form.save(update_fields=["state"])
    _mirror(form, given)
    record("form.end", by=by, on=form, at=at, detail={"on": on.isoformat()}, reason=reason.strip())
    return form


def take_from_library(
    *,
    code: str,
    owner: Office,
    by: Actor,
    at: datetime,
    reporters: Sequence[Mapping[str, Any]] | None = None,
    emergency: Emergency | None = None,
    clause: Clause | None = None,
    duty: Duty | None = None,
) -> Form:
    """A draft of a shipped form for `owner`; `reporters` and `clause` replace those it names."""
    found = library.form(code)
    if found is None:
        raise Refused(
            _("The library has no form “%(code)s”. See the list of shipped forms.") % {"code": code}
        )
    data = definitions.dump(found)
    if reporters is not None:
        data["reporters"] = [dict(each) for each in reporters]
    if clause is not None:
        data["source"] = source_of(clause)
    return create_form(
        owner=owner,
        definition=data,
        origin=Origin.LIBRARY,
        by=by,
        at=at,
        emergency=emergency,
        clause=clause,
        duty=duty,
    )


def source_of(clause: Clause) -> dict[str, str]:
    """The entry `source` of a definition for a clause of a registered notice."""
    notice = clause.notice
    found = {
        "number": notice.number,
        "title": notice.title,
        "clause": f"{clause.label}{clause.heading}" or clause.ident,
        "date": notice.date.isoformat() if notice.date else "",
    }
    return {key: value for key, value in found.items() if value}


def read(definition: Mapping[str, Any] | FormDefinition, owner: Office) -> FormDefinition:
    """The definition, checked: in itself, and that it asks only offices inside the owner's area."""
    data = definitions.dump(definition) if isinstance(definition, FormDefinition) else definition
    parsed = definitions.parse(data)
    outside = [
        _("reporters[%(n)s]: %(area)s lies outside the area of %(office)s")
        % {"n": n, "area": each.area, "office": owner.name}
        for n, each in enumerate(parsed.reporters, start=1)
        if each.area and not codes.contains(owner.area_code, each.area)
    ]
    for n, each in enumerate(parsed.reporters, start=1):
        for code in each.offices:
            office = offices.office_by_code(code)
            if office is None:
                outside.append(
                    _("reporters[%(n)s]: no office in service has the code “%(code)s”")
                    % {"n": n, "code": code}
                )
            elif not codes.contains(owner.area_code, office.area_code):
                outside.append(
                    _("reporters[%(n)s]: %(area)s lies outside the area of %(office)s")
                    % {"n": n, "area": office.name, "office": owner.name}
                )
    if outside:
        raise definitions.BadForm(outside)
    return parsed


def hold(owner: Office) -> None:
    """Two people making forms for one office take turns; what refers to the office is not held up."""
    Office.objects.select_for_update(of=("self",), no_key=True).get(pk=owner.pk)


def may_change(by: Actor, owner: Office) -> None:
    """The actor works at the owner, at the office it reports to, or in an area above; else `NotAllowed`."""
    roles.require(by, "form.change")
    above = by.sees(owner.area_code) and by.area_code != owner.area_code
    if not above and by.office_id not in (owner.pk, owner.parent_id):
        raise NotAllowed(
            _("The forms of %(office)s are changed by that office or by one above it.")
            % {"office": owner.name}
        )


def _locked(form: Form, by: Actor) -> Form:
    found = Form.objects.select_for_update(of=("self",)).select_related("owner").filter(pk=form.pk).first()
    if found is None:
        raise Refused(_("This form is not there any more, or not in your area."))
    may_change(by, found.owner)
    if found.state == FormState.ENDED:
        raise Refused(_("The form “%(form)s” has ended; take a new one.") % {"form": found.title})
    return found


def _as_seen(form: Form, seen: str) -> None:
    if seen and seen != newest_wording(form):
        raise Refused(_("Somebody changed this form in the meantime. Open it again and repeat your change."))


def _mirror(form: Form, given: Form) -> None:
    """What changed shows in the object the caller holds."""
    for name in ("title", "source", "state", "slots", "starts_on", "ends_on"):
        setattr(given, name, getattr(form, name))


def _write(form: Form, number: int, parsed: FormDefinition) -> FormVersion:
    return FormVersion.objects.create(
        form=form, area_code=form.area_code, number=number, definition=definitions.dump(parsed)
    )


def _keeps_places(form: Form, parsed: FormDefinition) -> None:
    """Figures of all versions stand side by side, so a cell that has a place keeps type and decimals."""
    problems: dict[str, str] = {}
    for row in form.versions.filter(published_at__isnull=False).order_by("number"):
        for code, old in definitions.parse(row.definition).cells.items():
            new = parsed.cells.get(code)
            if new is None or code not in form.slots:
                continue
            a, b = old.indicator, new.indicator
            if (a.type, a.decimals) != (b.type, b.decimals):
                problems[a.code] = _(
                    "indicators.%(code)s: figures are already kept as %(old)s with %(n)s decimals; give the "
                    "changed indicator another code"
                ) % {"code": a.code, "old": a.type.value, "n": a.decimals}
    if problems:
        raise definitions.BadForm(list(problems.values()))


def _title(parsed: FormDefinition) -> str:
    title = parsed.title.zh or parsed.title.en
    if len(title) > 200:
        raise Refused(_("The title is longer than 200 characters: shorten it."))
    return title


def _source(parsed: FormDefinition) -> str:
    text = str(parsed.source)
    if len(text) > 300:
        raise Refused(_("The source is longer than 300 characters: shorten it."))
    return text
