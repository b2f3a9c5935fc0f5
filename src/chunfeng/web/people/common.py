"""What the screens of people share: masked values, names of areas, and search words that stay out of addresses."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from chunfeng.areas import queries as areas
from chunfeng.core.actor import Actor
from chunfeng.core.crypto import decrypt, encrypt, mask
from chunfeng.core.errors import Refused
from chunfeng.people.models import Person


class Names:
    """Full names of areas as of today. Codes asked for together cost one query, each code is asked for once."""

    def __init__(self, actor: Actor | None = None) -> None:
        self.on = timezone.localdate()
        self.known: dict[str, str] = {"": ""}
        self.own = actor.area_code if actor else ""

    def load(self, codes: Iterable[str]) -> None:
        """Look up the codes that are not known yet."""
        new = {code for code in codes if code not in self.known}
        if new:
            paths = areas.paths(new, self.on)
            self.known |= {code: paths.get(code) or code for code in new}

    def load_people(self, people: Iterable[Person]) -> None:
        """Look up the three areas of each person."""
        self.load(code for p in people for code in (p.area_code, p.current_area, p.work_area))

    def of(self, code: str) -> str:
        """The name; the code itself where no table knows it; "" for none."""
        self.load([code])
        return self.known[code]

    def short(self, code: str) -> str:
        """The name without the names above the actor's own area, which go without saying."""
        if not code:
            return ""
        own = self.of(self.own)
        return self.of(code).removeprefix(own) or own


def seal_text(text: str, actor: Actor) -> str:
    """Search words as a token that only this user opens: a name or a number never stands in an address."""
    return base64.urlsafe_b64encode(encrypt(f"{actor.user_id}:{text}")).decode().rstrip("=")


def open_text(token: str, actor: Actor) -> str:
    """The words of a token of this user; Refused for anything else."""
    try:
        padded = token + "=" * (-len(token) % 4)
        owner, _colon, text = decrypt(base64.b64decode(padded, altchars=b"-_", validate=True)).partition(":")
    except (Refused, ValueError, IndexError, binascii.Error):
        raise Refused(_("This search is out of date. Type the name or the number again.")) from None
    if owner != str(actor.user_id):
        raise Refused(_("This search is out of date. Type the name or the number again."))
    return text


def masked_document(person: Person) -> str:
    """The document number with its middle hidden."""
    return mask(person.id_number or "")


def masked_phones(person: Person) -> list[str]:
    """The phones with their middles hidden, in their order."""
    return [mask(phone.number) for phone in sorted(person.phones.all(), key=lambda p: (p.position, p.pk))]


def age(birth: date | None) -> int | None:
    """Full years today."""
    if birth is None:
        return None
    today = timezone.localdate()
    return today.year - birth.year - ((today.month, today.day) < (birth.month, birth.day))


def categories(person: Person) -> list[str]:
    """The categories in force today, in words."""
    today = timezone.localdate()
    held = [row for row in person.categories.all() if row.valid_to is None or row.valid_to >= today]
    return [str(row.get_category_display()) for row in held]


def found_or_404(row: Any) -> Any:
    """The row, or a 404 where it is gone or out of sight."""
    if row is None:
        raise Http404
    return row
