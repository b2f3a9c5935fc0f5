"""Changing divisions: local areas, and merges, splits, renames and new codes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from chunfeng.core.actions import record
from chunfeng.core.actor import SYSTEM, Actor
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.core.scope import applied

from . import codes, queries
from .choices import LOCAL_KINDS, ChangeKind, Kind
from .fields import area_columns
from .kinds import kind_of
from .loading import CHANGE_LOCK
from .models import Area, AreaChange
from .pinyin import initials
from .plans import Division, Move, moves_of


@dataclass(frozen=True)
class StoredRows:
    """Rows of one table that carry a code inside the areas that change. They keep it, as reported."""

    table: str
    column: str
    rows: int


@dataclass(frozen=True)
class Preview:
    """The dry run: areas that change, and rows elsewhere that stand under the old codes."""

    moves: list[Move]
    stored: list[StoredRows]


@transaction.atomic
def add_local_area(
    *,
    parent: str,
    name: str,
    kind: str,
    by: Actor,
    at: datetime,
    level: int | None = None,
    on: date | None = None,
) -> Area:
    """Add an area the standard does not know inside `parent`: a zone, a corps division, a block, a cell.

    `level` defaults to the highest one below the parent at which such an area may stand; `on` is its
    first day, today when not given. It gets the next free local code.
    """
    _lock()
    first = on or timezone.localdate(at)
    above = queries.area(parent, first)
    if above is None:
        raise Refused(
            _("No area has the code %(code)s on %(on)s. Check the code and the day.")
            % {"code": parent, "on": first}
        )
    if not by.sees(parent):
        raise NotAllowed(_("%(name)s lies outside your area.") % {"name": above.name})
    title = name.strip()
    if not title or len(title) > 60:
        raise Refused(_("Give every new area a name of at most 60 characters."))
    possible = [number for number in LOCAL_KINDS.get(kind, ()) if number > above.level]
    if not possible or (level is not None and level not in possible):
        raise Refused(
            _("Such an area cannot stand inside %(name)s. Choose another kind or parent.")
            % {"name": above.name}
        )
    if Area.objects.filter(queries.valid(first), parent_code=parent, name=title).exists():
        raise Refused(
            _("%(parent)s already has an area called %(name)s.") % {"parent": above.name, "name": title}
        )
    try:
        code = codes.next_local_code(parent, level or min(possible), queries.local_codes(parent))
    except codes.BadCode as bad:
        raise Refused(_("Check the code: %(why)s") % {"why": bad}) from None
    row = _row(code, title, kind, first, _("added locally"))
    row.save()
    record("area.add_local", by=by, on=row, at=at, area_code=code, detail={"name": title, "kind": kind})
    return row


def preview_change(change: Division) -> Preview:
    """What the change would move, and how many stored rows stand under the old codes. Writes nothing."""
    return Preview(moves_of(change), _stored_rows(change))


@transaction.atomic
def change_division(*, change: Division, by: Actor, at: datetime) -> Preview:
    """Carry out a change: old rows end, new rows begin, the links are recorded, all or nothing.

    Stored rows elsewhere keep the code as reported; `queries.today_code` and `fold_totals` lead on.
    Returns what the dry run would have shown.
    """
    _lock()
    for code in change.old:
        if not by.sees(code):
            raise NotAllowed(_("The area %(code)s lies outside your area.") % {"code": code})
    for part in change.new:
        if not by.sees(part.code):
            raise NotAllowed(_("The area %(code)s lies outside your area.") % {"code": part.code})
    done = preview_change(change)
    _end_rows(done.moves, change)
    _begin_rows(done.moves, change)
    AreaChange.objects.bulk_create(
        AreaChange(
            old_code=move.old_code, new_code=move.new_code, old_name=move.old_name, new_name=move.new_name,
            on=change.on, kind=move.kind, share=move.share, source=change.basis.strip()[:200],
            by_name=by.name, at=at,
        )
        for move in done.moves
        if (move.old_code, move.old_name) != (move.new_code, move.new_name) or move.kind == ChangeKind.SPLIT
    )  # fmt: skip
    record(
        "area.change",
        by=by,
        at=at,
        area_code=change.new[0].code,
        detail={
            "kind": change.kind,
            "on": change.on.isoformat(),
            "old": list(change.old),
            "new": [part.code for part in change.new],
            "basis": change.basis,
            "areas": len(done.moves),
        },
    )
    return done


def _lock() -> None:
    """One change of divisions at a time: the second sees what the first has done."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [CHANGE_LOCK])


def _stays(move: Move) -> bool:
    same = (move.old_code, move.old_name) == (move.new_code, move.new_name)
    return same and move.area_kind in ("", move.row.kind if move.row else "")


def _end_rows(moves: list[Move], change: Division) -> None:
    keep = {move.old_code for move in moves if _stays(move)}
    ended = [move.row.pk for move in moves if move.row and move.old_code not in keep]
    Area.objects.filter(pk__in=ended).update(valid_to=change.on)


def _begin_rows(moves: list[Move], change: Division) -> None:
    """A new row for every new code that no row in force holds (an area that takes others in has one)."""
    targets = {move.new_code: move for move in moves}
    held = set(Area.objects.filter(queries.valid(change.on), code__in=targets).values_list("code", flat=True))
    Area.objects.bulk_create(
        _row(code, move.new_name, move.area_kind, change.on, change.basis.strip()[:120])
        for code, move in sorted(targets.items())
        if code not in held
    )


def _row(code: str, name: str, kind: str, on: date, source: str) -> Area:
    return Area(
        code=code,
        name=name,
        level=codes.level(code),
        kind=Kind(kind) if kind else kind_of(code, name),
        parent_code=codes.parent(code) or "",
        valid_from=on,
        day_known=True,
        initials=initials(name)[:60],
        is_local=codes.is_local(code),
        source=source,
    )


def _stored_rows(change: Division) -> list[StoredRows]:
    """Counts over every column with area codes. Only numbers leave here, so the whole table is counted."""
    gone = [code for code in change.old if change.kind != ChangeKind.RENAME]
    found = []
    with applied(SYSTEM):
        for model, column in area_columns():
            rows = 0
            for code in gone:
                lo, hi = codes.code_range(code)
                rows += model._base_manager.filter(
                    **{f"{column.name}__gte": lo, f"{column.name}__lt": hi}
                ).count()
            if rows:
                found.append(StoredRows(str(model._meta.verbose_name_plural), column.name, rows))
    return found
