"""Which offices a form reaches: by entry and altogether, in words and numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone

from chunfeng.offices import queries as offices
from chunfeng.offices.models import Office
from chunfeng.reporting.definition import Reporter
from chunfeng.reporting.reporters import offices_asked
from chunfeng.web.forms import words


@dataclass(frozen=True)
class Reach:
    """Entries in words with the offices each reaches, the number altogether, some of their names."""

    lines: list[tuple[str, int]]
    total: int
    names: list[str]

    @property
    def more(self) -> int:
        """How many are not named."""
        return self.total - len(self.names)


def reach(reporters: Sequence[Reporter], owner: Office, *, most: int = 8) -> Reach:
    """Count the offices in service that would owe the report."""
    today = timezone.localdate()
    areas = offices.area_names([each.area for each in reporters if each.area], today)
    codes = [code for each in reporters for code in each.offices]
    named = {o.code: o.name for o in offices.offices().filter(code__in=codes)} if codes else {}
    lines = [
        (words.reporter(each, areas, named), offices_asked([each], owner.area_code).count())
        for each in reporters
    ]
    found = offices_asked(reporters, owner.area_code)
    total = lines[0][1] if len(lines) == 1 else found.count()
    return Reach(lines, total, [each.name for each in found.order_by("area_code", "code")[:most]])
