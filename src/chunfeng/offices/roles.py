"""Which role may do what. One table; views and actions ask `require`."""

from __future__ import annotations

from django.utils.translation import gettext as _

from chunfeng.core.actor import Actor
from chunfeng.core.errors import NotAllowed
from chunfeng.offices.choices import Role

_STAFF = frozenset({Role.CALLER, Role.OFFICER, Role.LEADER})
_DESK = frozenset({Role.OFFICER, Role.LEADER})
_ADMINS = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN})

ABILITIES: dict[str, frozenset[str]] = {
    "area.read": _STAFF | _ADMINS | {Role.AUDITOR},
    "area.change": frozenset({Role.SYSTEM_ADMIN}),
    "office.read": _STAFF | _ADMINS | {Role.AUDITOR},
    "office.change": frozenset({Role.SYSTEM_ADMIN, Role.LEADER}),
    "office.import": frozenset({Role.SYSTEM_ADMIN}),
    "contact.read": _STAFF,
    "contact.change": _DESK | {Role.SYSTEM_ADMIN},
    "group.change": _DESK,
    "account.manage": frozenset({Role.SYSTEM_ADMIN}),
    "security.manage": frozenset({Role.SECURITY_ADMIN}),
    "audit.read": frozenset({Role.AUDITOR, Role.AUDIT_ADMIN}),
    "audit.keep": frozenset({Role.AUDIT_ADMIN}),
    "notice.read": _STAFF | {Role.AUDITOR},
    "notice.register": _DESK,
    "notice.issue": frozenset({Role.LEADER}),
    "task.read": _STAFF | {Role.AUDITOR},
    "task.work": _STAFF,
    "task.delegate": _DESK,
    "task.extend": frozenset({Role.LEADER}),
    "issue.work": _DESK,
    "report.read": _STAFF | {Role.AUDITOR},
    "report.file": _STAFF,
    "report.accept": _DESK,
    "form.read": _STAFF | {Role.AUDITOR},
    "form.change": _DESK,
    "situation.report": _STAFF,
    "bulletin.read": _STAFF | {Role.AUDITOR},
    "bulletin.write": _DESK,
    "bulletin.issue": frozenset({Role.LEADER}),
    "person.read": _STAFF | {Role.AUDITOR},
    "person.change": _STAFF,
    "person.import": _DESK,
    "person.merge": _DESK,
    "person.unmask": _STAFF,
    "dataset.change": _DESK,
    "point.change": _DESK,
    "campaign.run": _DESK,
    "call.work": _STAFF,
    "contact_record.write": _STAFF,
    "isolation.work": _STAFF,
    "isolation.decide": _DESK,
    "placement.change": _DESK,
    "fever.work": _STAFF,
    "message.send": _DESK,
    "message.template": _DESK,
    "registration.work": _STAFF,
    "registration.decide": _DESK,
    "measure.read": _STAFF | {Role.AUDITOR},
    "measure.draft": _DESK,
    "measure.put": frozenset({Role.LEADER}),
    "claim.work": _STAFF,
    "claim.decide": _DESK,
    "claim.read": _STAFF | {Role.AUDITOR},
    "payment.work": _DESK,
    "payment.send": frozenset({Role.LEADER}),
    "publicity.work": _DESK,
    "injury.work": _STAFF,
    "injury.decide": _DESK,
    "worklist.work": _STAFF,
    "worklist.check": _DESK,
    "enquiry.work": _STAFF,
    "training.work": _STAFF,
    "export": _DESK | {Role.AUDITOR, Role.AUDIT_ADMIN},
}


def can(actor: Actor | None, ability: str) -> bool:
    """Whether the actor's role includes the ability. The system may do everything. KeyError for a typo."""
    allowed = ABILITIES[ability]
    return actor is not None and (actor.role == "system" or actor.role in allowed)


def require(actor: Actor | None, ability: str) -> None:
    """Raise `NotAllowed` with the roles that could do it."""
    if not can(actor, ability):
        names = "、".join(str(Role(role).label) for role in sorted(ABILITIES[ability]))
        raise NotAllowed(
            _("Your posting does not permit this. It can be done by: %(roles)s.") % {"roles": names}
        )
