"""The kinds of contact that offices write down by hand: which questions, who may be entered, what is shown.

A kind is a line of this table and a script of `people.scripts.library`; it has no code of its own.
"""

from __future__ import annotations

from dataclasses import dataclass

from chunfeng.people.choices import Category, ContactKind, Occasion, Said
from chunfeng.people.scripts import Script, library


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of contact. `origin`, `place` and `moves_in` name the questions that fill these columns.

    `newcomers`: somebody not yet in the register may be entered with the record. `moves`: the person is now
    where the record is made, so that their present area is set to it. `said` is who makes the statements,
    `category` what somebody is who is entered with it. `tried`: it may be that nobody was there. `occasion`: on
    what occasion everybody of the category is written to.
    """

    kind: ContactKind
    code: str
    said: Said = Said.VILLAGE
    newcomers: bool = False
    moves: bool = False
    tried: bool = False
    category: str = ""
    occasion: str = ""
    origin: str = ""
    place: str = ""
    moves_in: str = ""

    @property
    def slug(self) -> str:
        """The kind in addresses."""
        return str(self.kind)

    @property
    def script(self) -> Script:
        """The questions. A kind without them cannot be shipped."""
        found = library.script(self.code)
        if found is None:
            raise LookupError(self.code)
        return found


KINDS: dict[str, Kind] = {
    each.slug: each
    for each in (
        Kind(ContactKind.VISIT, "arrival-visit", tried=True, origin="from"),
        Kind(ContactKind.FILE, "personal-file", newcomers=True, moves=True, origin="from", moves_in="within"),
        Kind(
            ContactKind.OUTSIDER, "outsider", Said.SELF, newcomers=True, moves=True,
            category=Category.FLOATING, origin="from", place="host",
        ),
        Kind(ContactKind.TRAVELLER, "traveller", Said.SELF, newcomers=True, origin="from"),
        Kind(ContactKind.VISITOR, "enterprise-visitor", Said.SELF, newcomers=True, origin="from", place="unit"),
        Kind(
            ContactKind.STUDENT, "student-visit", Said.SELF, newcomers=True, tried=True,
            category=Category.STUDENT, occasion=Occasion.STUDENT, place="campus",
        ),
        Kind(ContactKind.HELP, "household-help", tried=True),
        Kind(ContactKind.SERVICE, "service", Said.SELF, tried=True),
    )
}  # fmt: skip
"""By slug, in the order of the room."""
