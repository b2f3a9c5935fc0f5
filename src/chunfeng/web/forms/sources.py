"""What a form is made from: the duty, clause or notice it was opened with (`?duty=`, `?notice=`)."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.http import HttpRequest

from chunfeng.core.actor import Actor
from chunfeng.notices import queries
from chunfeng.notices.models import Clause, Duty, Notice
from chunfeng.reporting import actions
from chunfeng.web import asked


@dataclass(frozen=True)
class Cited:
    """The text behind a form; empty where nothing was named or it lies out of sight."""

    notice: Notice | None = None
    clause: Clause | None = None
    duty: Duty | None = None
    clauses: list[Clause] = field(default_factory=list)

    @property
    def source(self) -> dict[str, str]:
        """The entry `source` of a definition: number, title, clause, date."""
        if self.clause is not None:
            return actions.source_of(self.clause)
        if self.notice is None:
            return {}
        found = {
            "number": self.notice.number,
            "title": self.notice.title,
            "date": self.notice.date.isoformat() if self.notice.date else "",
        }
        return {key: value for key, value in found.items() if value}


def cited(request: HttpRequest) -> Cited:
    """The duty or notice (and clause) a request names, in the query or in its form."""
    actor: Actor = request.actor
    given = {**request.GET.dict(), **request.POST.dict()}
    pk = asked.key(given.get("duty"))
    if pk is not None and (duty := queries.duty(actor, pk)) is not None:
        return Cited(duty.notice, duty.clause, duty, queries.clauses(duty.notice))
    pk = asked.key(given.get("notice"))
    notice = queries.one(actor, pk) if pk is not None else None
    if notice is None:
        return Cited()
    return Cited(
        notice, queries.clause(notice, asked.key(given.get("clause"))), None, queries.clauses(notice)
    )


def recent(actor: Actor, most: int = 30) -> list[Notice]:
    """Notices one may cite, the newest first."""
    return list(queries.register_list(actor).order_by("-pk")[:most])
