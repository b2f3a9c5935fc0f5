"""Who acts: a user at an office in a role. Every action takes one as `by`."""

from __future__ import annotations

from dataclasses import dataclass

EVERYWHERE = ("", "~")
"""The half-open range that holds every area code under collation "C"."""


@dataclass(frozen=True, slots=True)
class Actor:
    """The person or the system behind an action, with the area range that bounds what they see.

    `lo`/`hi` is the half-open code range of the office's area; `above` are the codes of the areas
    that contain it, from the country down. An actor without a posting has the empty range ("", "").
    """

    name: str
    role: str = ""
    user_id: int | None = None
    posting_id: int | None = None
    office_id: int | None = None
    office_name: str = ""
    area_code: str = ""
    lo: str = ""
    hi: str = ""
    above: tuple[str, ...] = ()
    ip: str = ""

    def sees(self, area_code: str) -> bool:
        """Whether the code lies inside this actor's own range."""
        return self.lo <= area_code < self.hi


SYSTEM = Actor(name="system", role="system", lo=EVERYWHERE[0], hi=EVERYWHERE[1])
"""Periodic jobs, imports from the command line, the demo."""

NOBODY = Actor(name="", role="entrance")
"""Somebody at the door: log-in, choosing a posting, log-out. Sees no row of any area."""
