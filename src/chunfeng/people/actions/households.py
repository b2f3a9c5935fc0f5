"""Households in ten-household cells (A11)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from chunfeng.areas import codes
from chunfeng.areas.choices import Level
from chunfeng.core.actions import record
from chunfeng.core.actor import Actor
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.offices import roles
from chunfeng.people.actions import cleaning
from chunfeng.people.models import Household

MOST = 200
"""Households put into a cell at once."""


@transaction.atomic
def assign_cell(*, households: Sequence[Household], cell_code: str, by: Actor, at: datetime) -> int:
    """Put households into a cell of their village, or out of any with ""; how many changed.

    The cell is a local area below the village (kept under “Areas”). The same again changes nothing.
    """
    roles.require(by, "person.change")
    if not households:
        raise Refused(_("Choose the households first."))
    if len(households) > MOST:
        raise Refused(_("Choose at most %(n)s households at once.") % {"n": MOST})
    cell = cell_code.strip()
    if cell:
        cleaning.check_area(cell, _("ten-household cell"))
        if codes.level(cell) != Level.CELL:
            raise Refused(
                _("%(code)s is not a ten-household cell. Add it under “Areas” first.") % {"code": cell}
            )
    ids = {household.pk for household in households}
    rows = list(Household.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk"))
    for row in rows:
        if not by.sees(row.area_code):
            raise NotAllowed(_("Household %(number)s is not in your area.") % {"number": row.number})
        if cell and not codes.contains(row.area_code, cell):
            raise Refused(
                _("Household %(number)s lies in another village than the cell.") % {"number": row.number}
            )
    if len(rows) < len(ids):
        raise Refused(_("One of the households is no longer there. Open the list again."))
    changed = [row for row in rows if row.cell_code != cell]
    for row in changed:
        row.cell_code = cell
        row.save(update_fields=["cell_code"])
        record("household.cell", by=by, on=row, at=at, detail={"cell": cell})
    return len(changed)
