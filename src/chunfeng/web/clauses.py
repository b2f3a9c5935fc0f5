"""Clauses to choose from in a form: those that order something in the notices in sight, grouped by notice."""

from __future__ import annotations

from chunfeng.core.actor import Actor
from chunfeng.notices import queries as notices
from chunfeng.notices.models import Clause

MOST = 80


def to_cite(actor: Actor, held: Clause | None = None) -> dict[str, Clause]:
    """The newest clauses one may cite by their keys; `held` is among them in any case."""
    rows = {str(row.pk): row for row in notices.clauses_to_cite(actor, most=MOST)}
    if held is not None:
        rows.setdefault(str(held.pk), held)
    return rows


def choices(clauses: dict[str, Clause]) -> list[tuple[str, list[tuple[str, str]]]]:
    """For a select: one group a notice, each clause by its label and its first words."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for key, clause in clauses.items():
        notice = clause.notice
        text = " ".join(clause.text.split())
        label = f"{clause.label or clause.ident} {text.removeprefix(clause.label).strip()[:40]}"
        groups.setdefault(f"{notice.number} {notice.title}".strip()[:60], []).append((key, label))
    return list(groups.items())
