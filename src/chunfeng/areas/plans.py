"""What a change of divisions moves, worked out before anything is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from chunfeng.core.errors import Refused

from . import codes
from .choices import ChangeKind
from .models import Area
from .queries import inside, valid


@dataclass(frozen=True)
class Part:
    """One area a change leads to. `kind` empty: as the name and the code say."""

    code: str
    name: str
    kind: str = ""
    share: Decimal | None = None


@dataclass(frozen=True)
class Division:
    """A change of divisions as it is decided.

    rename: one old code, one part with the same code. recode: one old, one part with a free code.
    merge: one or more old codes, one part (a free code, one of the old ones, or an area that takes them
    in). split: one old code, two or more parts; `children` says to which part each area directly
    inside goes (those not named stay when a part keeps the old code). `share`s: all or none, sum 1.
    """

    kind: str
    on: date
    old: tuple[str, ...]
    new: tuple[Part, ...]
    basis: str
    children: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Move:
    """One area and what it becomes. Equal codes and names: it stays (a part of a split that remains)."""

    row: Area | None
    old_code: str
    old_name: str
    new_code: str
    new_name: str
    kind: str
    area_kind: str = ""
    share: Decimal | None = None


def moves_of(change: Division) -> list[Move]:
    """Every area the change touches, the named ones first. Raises Refused with what to put right."""
    olds = _check_form(change)
    moves = _heads(change, olds)
    taken = _taken(change)
    for old in olds if change.kind != ChangeKind.RENAME else []:
        moves += _below(change, old, taken)
    _check_targets(change, moves)
    return moves


def _check_form(change: Division) -> list[Area]:
    counts = {
        ChangeKind.RENAME: (1, 1, 1, 1),
        ChangeKind.RECODE: (1, 1, 1, 1),
        ChangeKind.MERGE: (1, 99, 1, 1),
        ChangeKind.SPLIT: (1, 1, 2, 99),
    }
    if change.kind not in counts:
        raise Refused(
            _("“%(kind)s” is not a kind of change: choose merge, split, rename or recode.")
            % {"kind": change.kind}
        )
    low, high, low_new, high_new = counts[ChangeKind(change.kind)]
    if not (
        low <= len(set(change.old)) == len(change.old) <= high and low_new <= len(change.new) <= high_new
    ):
        raise Refused(_("The numbers of old and new areas do not fit this kind of change."))
    if not change.basis.strip():
        raise Refused(_("Name the decision this change rests on."))
    try:
        for code in (
            *change.old,
            *(part.code for part in change.new),
            *change.children,
            *change.children.values(),
        ):
            codes.check(code)
    except codes.BadCode as bad:
        raise Refused(_("Check the code: %(why)s") % {"why": bad}) from None
    if len({part.code for part in change.new}) != len(change.new):
        raise Refused(_("Two new areas have the same code."))
    if any(not part.name.strip() or len(part.name) > 60 for part in change.new):
        raise Refused(_("Give every new area a name of at most 60 characters."))
    shares = [part.share for part in change.new if part.share is not None]
    if shares and (len(shares) != len(change.new) or sum(shares) != 1 or min(shares) <= 0):
        raise Refused(_("Give every part a share above 0, 1 in all, or leave all shares empty."))
    _check_codes(change)
    rows = {row.code: row for row in Area.objects.filter(valid(change.on), code__in=change.old)}
    for code in change.old:
        if code not in rows:
            raise Refused(
                _("No area has the code %(code)s on %(on)s. Check the code and the day.")
                % {"code": code, "on": change.on}
            )
    return [rows[code] for code in change.old]


def _check_codes(change: Division) -> None:
    first = change.new[0]
    same = first.code == change.old[0]
    if change.kind == ChangeKind.RENAME and not same:
        raise Refused(_("A renamed area keeps its code. Choose “recode” for a new one."))
    if change.kind == ChangeKind.RECODE and same:
        raise Refused(_("A new code must differ from the old one. Choose “rename” for a new name."))
    if change.kind == ChangeKind.MERGE and change.old == (first.code,):
        raise Refused(_("A merge needs an area that goes into another one."))
    for code in change.old:
        for part in change.new:
            if code != part.code and codes.contains(code, part.code):
                raise Refused(
                    _("%(part)s lies inside %(code)s, which changes.") % {"part": part.code, "code": code}
                )


def _heads(change: Division, olds: list[Area]) -> list[Move]:
    if change.kind == ChangeKind.SPLIT:
        return [_move(olds[0], part, ChangeKind.SPLIT) for part in change.new]
    return [_move(old, change.new[0], ChangeKind(change.kind)) for old in olds]


def _move(old: Area, part: Part, kind: ChangeKind) -> Move:
    return Move(old, old.code, old.name, part.code, part.name.strip(), kind, part.kind, part.share)


def _taken(change: Division) -> set[str]:
    """Codes inside the new areas that were ever given: none is given again to another place."""
    taken: set[str] = set()
    for part in change.new:
        taken |= set(Area.objects.filter(inside(part.code)).values_list("code", flat=True))
    return taken


def _below(change: Division, old: Area, taken: set[str]) -> list[Move]:
    """Moves of everything inside one old area, from above to below."""
    rows = list(
        Area.objects.filter(valid(change.on), inside(old.code)).exclude(code=old.code).order_by("code")
    )
    later = Area.objects.filter(inside(old.code), valid_from__gt=change.on).order_by("code").first()
    if later is not None:
        raise Refused(
            _("%(name)s (%(code)s) has a later entry, from %(on)s. Choose a later day.")
            % {"name": later.name, "code": later.code, "on": later.valid_from}
        )
    unknown = set(change.children) - {row.code for row in rows}
    if unknown and change.kind == ChangeKind.SPLIT:
        raise Refused(
            _("Not inside the area that is split: %(codes)s.") % {"codes": ", ".join(sorted(unknown))}
        )
    found: list[Move] = []
    new_of = {old.code: _target(change, old.code)}
    for row in rows:
        above = next(code for code in reversed(codes.ancestors(row.code)) if code in new_of)
        target = new_of[above] if above != old.code else change.children.get(row.code, new_of[above])
        if target is None:
            raise Refused(
                _("Say to which part %(name)s (%(code)s) goes.") % {"name": row.name, "code": row.code}
            )
        new_of[row.code] = code = _rebased(row.code, above, target, taken)
        if code != row.code:
            taken.add(code)
            found.append(Move(row, row.code, row.name, code, row.name, ChangeKind.RECODE, row.kind))
    return found


def _target(change: Division, old: str) -> str | None:
    """Where things inside `old` go when nothing else is said; None: it must be said."""
    if change.kind != ChangeKind.SPLIT:
        return change.new[0].code
    return old if any(part.code == old for part in change.new) else None


def _rebased(code: str, old: str, new: str, taken: set[str]) -> str:
    """The code inside the new area; when that number is in use, the next free one of its hundred."""
    if old == new:
        return code
    try:
        moved = codes.rebase(code, old, new)
    except codes.BadCode as bad:
        raise Refused(_("Check the code: %(why)s") % {"why": bad}) from None
    if moved not in taken:
        return moved
    level = codes.level(moved)
    stem = codes.prefix(moved)
    width = codes.WIDTHS[level - 1]
    head, last = stem[: len(stem) - width + 1], stem[len(stem) - width + 1 :]
    for number in range(10 ** len(last)):
        candidate = (
            codes.pad(f"{head}{(int(last) + number) % 10 ** len(last):0{len(last)}d}")
            if last.isdigit()
            else ""
        )
        if candidate and candidate not in taken and codes.level(candidate) == level:
            return candidate
    raise Refused(
        _("All numbers like %(code)s are in use: give the area a code by hand first.") % {"code": moved}
    )


def _check_targets(change: Division, moves: list[Move]) -> None:
    """New codes are free, and every row that ends has begun before."""
    olds = set(change.old)
    targets = {move.new_code for move in moves} - {
        move.old_code for move in moves if move.old_code == move.new_code
    }
    busy = {row.code: row for row in Area.objects.filter(code__in=targets).exclude(valid_to__lte=change.on)}
    takes_in = (
        {part.code for part in change.new} if change.kind in (ChangeKind.MERGE, ChangeKind.SPLIT) else set()
    )
    names = {part.code: part.name.strip() for part in change.new}
    for code, row in busy.items():
        if code in olds:
            continue
        if code in takes_in and row.valid_from <= change.on:
            if names[code] == row.name:
                continue
            raise Refused(
                _("%(code)s is %(name)s already. Name it so, or list it among the old areas to rename it.")
                % {"code": code, "name": row.name}
            )
        raise Refused(
            _("The code %(code)s belongs to %(name)s. Choose a free one.") % {"code": code, "name": row.name}
        )
    for part in change.new:
        above = codes.parent(part.code)
        if above and not Area.objects.filter(valid(change.on), code=above).exists():
            raise Refused(_("There is no area %(code)s above the new one.") % {"code": above})
    for move in moves:
        if move.row is not None and move.row.valid_from >= change.on:
            raise Refused(
                _("%(name)s (%(code)s) began only on %(on)s. Choose a later day.")
                % {"name": move.row.name, "code": move.row.code, "on": move.row.valid_from}
            )
