"""Coordination issues between offices: raise, hand on, settle, drop (A13)."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from chunfeng.areas import codes
from chunfeng.core import scope
from chunfeng.core.actions import record
from chunfeng.core.actor import SYSTEM, Actor
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.offices import roles
from chunfeng.offices.models import Office
from chunfeng.tasking.choices import IssueState
from chunfeng.tasking.models import CoordinationIssue, Task


@transaction.atomic
def raise_issue(
    *, problem: str, owner: Office, due_on: date | None, task: Task | None, by: Actor, at: datetime
) -> CoordinationIssue:
    """Put a problem to the office that can solve it; both sides see it until it is settled or dropped."""
    roles.require(by, "issue.work")
    if by.office_id is None:
        raise NotAllowed(_("Only people posted to an office can raise an issue."))
    if not problem.strip():
        raise Refused(_("Say in a sentence what the problem is."))
    _require_future(due_on, at)
    issue = CoordinationIssue.objects.create(
        problem=problem.strip(),
        task=task,
        raised_by_id=by.office_id,
        area_code=by.area_code,
        owner=owner,
        owner_area_code=owner.area_code,
        due_on=due_on,
        raised_at=at,
        raised_by_name=by.name,
    )
    record(
        "issue.raise", by=by, on=issue, at=at, detail={"owner": owner.pk, "task": task.pk if task else None}
    )
    return issue


@transaction.atomic
def raise_for(
    *, office: Office, problem: str, owner: Office, due_on: date | None, by: Actor, at: datetime
) -> CoordinationIssue:
    """Put a problem to an office on behalf of `office`, because a rule of the house asks for it.

    Asks no ability: word of symptoms must reach the health authority whoever was told of them, and a village
    caller may raise no issue of their own. It stays narrow: the calling action writes `problem` (no word of the
    actor's, no personal data) and calls it once for what it tells of. The actor need not see `owner`, whose
    area may lie above or beside. A `due_on` that is past already becomes the day of `at`.
    """
    today = timezone.localdate(at)
    made = CoordinationIssue(
        problem=problem.strip(),
        raised_by=office,
        area_code=office.area_code,
        owner=owner,
        owner_area_code=owner.area_code,
        due_on=max(due_on, today) if due_on else None,
        raised_at=at,
        raised_by_name=by.name,
    )
    with scope.applied(SYSTEM):
        made.save()
    record("issue.raise", by=by, on=made, at=at, detail={"owner": owner.pk, "for": office.pk})
    return made


@transaction.atomic
def close_for(*, issue: int, outcome: str, by: Actor, at: datetime) -> bool:
    """Close an issue made by `raise_for`, since what it told of is over; False where it was closed before.

    Asks no ability, for the reason given there; `outcome` is a sentence of the calling action.
    """
    with scope.applied(SYSTEM):
        row = CoordinationIssue.objects.select_for_update(of=("self",)).filter(pk=issue).first()
        if row is None or row.state != IssueState.OPEN:
            return False
        row.state, row.outcome, row.settled_at = IssueState.SETTLED, outcome, at
        row.save(update_fields=["state", "outcome", "settled_at"])
    record("issue.settled", by=by, on=row, at=at, reason=outcome)
    return True


@transaction.atomic
def change_issue(
    *, issue: CoordinationIssue, owner: Office, due_on: date | None, by: Actor, at: datetime
) -> CoordinationIssue:
    """Hand the issue to another owner or give it another day."""
    issue = _locked(issue, by)
    if due_on != issue.due_on:
        _require_future(due_on, at)
    before = {"owner": issue.owner_id, "due_on": str(issue.due_on or "")}
    issue.owner, issue.owner_area_code, issue.due_on = owner, owner.area_code, due_on
    with scope.applied(
        SYSTEM
    ):  # handed to an office elsewhere, it leaves the sight of the one who hands it on
        issue.save(update_fields=["owner", "owner_area_code", "due_on"])
    record(
        "issue.change",
        by=by,
        on=issue,
        at=at,
        detail={"before": before, "after": {"owner": owner.pk, "due_on": str(due_on or "")}},
    )
    return issue


def settle_issue(*, issue: CoordinationIssue, outcome: str, by: Actor, at: datetime) -> CoordinationIssue:
    """Close the issue with what came of it."""
    return _close(issue, IssueState.SETTLED, outcome, _("Say what came of it."), by, at)


def drop_issue(*, issue: CoordinationIssue, reason: str, by: Actor, at: datetime) -> CoordinationIssue:
    """Close the issue unsolved, with the reason."""
    return _close(issue, IssueState.DROPPED, reason, _("Say why the issue is dropped."), by, at)


@transaction.atomic
def _close(
    issue: CoordinationIssue, state: IssueState, outcome: str, ask: str, by: Actor, at: datetime
) -> CoordinationIssue:
    issue = _locked(issue, by)
    if not outcome.strip():
        raise Refused(ask)
    issue.state, issue.outcome, issue.settled_at = state, outcome.strip(), at
    issue.save(update_fields=["state", "outcome", "settled_at"])
    record(f"issue.{state}", by=by, on=issue, at=at, reason=outcome.strip())
    return issue


def may_work(by: Actor, issue: CoordinationIssue) -> bool:
    """The two offices, and offices whose area contains one of theirs, work on an open issue."""
    above = {*codes.ancestors(issue.area_code), *codes.ancestors(issue.owner_area_code)}
    near = by.office_id in (issue.raised_by_id, issue.owner_id) or by.area_code in above
    return issue.state == IssueState.OPEN and roles.can(by, "issue.work") and (near or by.role == "system")


def _locked(issue: CoordinationIssue, by: Actor) -> CoordinationIssue:
    roles.require(by, "issue.work")
    found = (
        CoordinationIssue.objects.select_for_update(of=("self",))
        .select_related("owner", "raised_by")
        .filter(Q(pk=issue.pk))
        .first()
    )
    if found is None:
        raise NotAllowed(_("This issue is not in the area of your posting."))
    if found.state != IssueState.OPEN:
        raise Refused(
            _("This issue was already closed on %(when)s: %(outcome)s")
            % {
                "when": timezone.localdate(found.settled_at) if found.settled_at else "—",
                "outcome": found.outcome,
            }
        )
    if not may_work(by, found):
        raise NotAllowed(
            _("Only %(a)s and %(b)s work on this issue.") % {"a": found.raised_by, "b": found.owner}
        )
    return found


def _require_future(due_on: date | None, at: datetime) -> None:
    if due_on is not None and due_on < timezone.localdate(at):
        raise Refused(_("The day lies in the past. Choose today or a later one."))
