"""Area codes for what people write: a code, a full name, a path of names. Asked once for each text of a file."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from typing import NamedTuple

from chunfeng.areas import codes, queries
from chunfeng.areas.choices import Level
from chunfeng.areas.kinds import short_name
from chunfeng.areas.models import Area


class Place(NamedTuple):
    """A code ("" where none fits) and a remark: "", "in_part", "renamed" or "unlisted"."""

    code: str
    remark: str = ""


NOWHERE = Place("")
_KEPT = 200_000
_TAILS = ("村民委员会", "村委会", "居民委员会", "居委会", "社区居委会")


class Places:
    """Resolves the texts of one file as of a day; names inside the office's own area come first."""

    def __init__(self, own: str, on: date) -> None:
        self.own, self.on = own, on
        self.known: dict[str, Place] = {}
        self.inside: dict[str, dict[str, list[str]]] = {}
        self.counties: dict[str, str | None] = {}
        self.codes: dict[str, frozenset[str]] = {}
        upper = Area.objects.filter(queries.valid(on), level__lte=Level.COUNTY).values_list("code", "name")
        self.upper = dict(upper)
        self.names: dict[str, list[str]] = defaultdict(list)
        for code, name in self.upper.items():
            for form in {name, short_name(name)}:
                self.names[form].append(code)
        self.longest = max(map(len, self.names), default=0)

    @property
    def loaded(self) -> bool:
        """Whether this installation holds any division at all."""
        return bool(self.upper)

    def find(self, text: str) -> Place:
        """The place a cleaned text means."""
        found = self.known.get(text)
        if found is None:
            if len(self.known) > _KEPT:
                self.known.clear()
            found = self.known[text] = self._find("".join(text.split()))
        return found

    def _find(self, text: str) -> Place:
        if not text:
            return NOWHERE
        if text.isascii() and text[:2].isdigit():
            return self._code(text.upper().removesuffix(".0"))
        if not self.loaded:
            return NOWHERE
        best = max(self._walk(text, self.own, 0), self._walk(text, codes.COUNTRY, 0), key=lambda w: w[:2])
        left, code = -best[0], best[2]
        if left == len(text):
            return self._by_name(text)
        return Place(code, "in_part" if left else "")

    def _walk(self, text: str, base: str, depth: int) -> tuple[int, int, str]:
        """How much of the text is left (negative), whether unique, and the area reached, going down from `base`."""
        best = (-len(text), 0, base)
        if not text or depth > 6:
            return best
        lo, hi = codes.code_range(base)
        deep = codes.level(base) >= Level.COUNTY
        names = self._below(base) if deep else self.names
        for size in range(min(len(text), 30 if deep else self.longest), 1, -1):
            fits = [code for code in names.get(text[:size], ()) if lo <= code < hi]
            fits = [code for code in fits if code != base] or ([] if depth else fits)
            if len(fits) > 4:
                continue
            walked = [self._walk(text[size:], code, depth + 1) for code in fits]
            if not walked:
                continue
            found = max(walked, key=lambda w: w[0])
            if sum(w[0] == found[0] for w in walked) > 1:
                found = self._shared(found, walked)
            best = max(best, (found[0], found[1] + 1, found[2]))
            if best[0] == 0:
                break
        return best

    def _by_name(self, text: str) -> Place:
        """A township or village of the office's own area that nothing above it is written before."""
        lo, hi = codes.code_range(self.own)
        rows = Area.objects.filter(queries.valid(self.on), name=text, code__gte=lo, code__lt=hi)
        found = list(rows.values_list("code", flat=True)[:2])
        return Place(found[0]) if len(found) == 1 else NOWHERE

    @staticmethod
    def _shared(found: tuple[int, int, str], walked: list[tuple[int, int, str]]) -> tuple[int, int, str]:
        """Several areas bear the name: the highest one, where it is the only one of its level."""
        equal = sorted((codes.level(w[2]), w[2]) for w in walked if w[0] == found[0])
        if equal[0][0] < equal[1][0]:
            return found[0], found[1], equal[0][1]
        return -10_000, 0, found[2]

    def _below(self, code: str) -> dict[str, list[str]]:
        """Names inside a county (or smaller), loaded once for each county."""
        county = code[:6] + "000000"
        if county not in self.inside:
            names: dict[str, list[str]] = defaultdict(list)
            lo, hi = codes.code_range(county)
            rows = Area.objects.filter(queries.valid(self.on), code__gte=lo, code__lt=hi)
            for below, name in rows.values_list("code", "name"):
                stem = short_name(name)
                for form in {name, stem, *(stem + tail for tail in _TAILS), stem + "村", stem + "社区"}:
                    names[form].append(below)
            self.inside[county] = names
        return self.inside[county]

    def _code(self, text: str) -> Place:
        try:
            code = codes.pad(text) if len(text) < codes.BASE_LENGTH else codes.check(text)
        except codes.BadCode:
            return NOWHERE
        if not self.loaded or code in self.upper:
            return Place(code)
        county = code[:6] + "000000"
        if county not in self.counties:
            self.counties[county] = self._county(county)
        stands = self.counties[county]
        if stands is None:
            return NOWHERE
        if stands == county:
            return Place(code, "" if code in self._listed(county) else "unlisted")
        try:
            return Place(codes.rebase(code, county, stands), "renamed")
        except codes.BadCode:
            return Place(stands, "renamed")

    def _county(self, county: str) -> str | None:
        """The code under which a county stands: its own when in use that day or later, else its successor's."""
        direct = county[4:6] == "00" and county[:4] + "00000000" in self.upper
        if county in self.upper or direct:
            return county
        last = Area.objects.filter(code=county).order_by("valid_from").last()
        if last is None:
            return None
        if last.valid_from > self.on or last.valid_to is None:
            return county
        today = queries.today_code(county, last.valid_to - timedelta(days=1), self.on)
        return None if today == county else today

    def _listed(self, county: str) -> frozenset[str]:
        """Every code inside a county that any table ever held, asked for once."""
        if county not in self.codes:
            lo, hi = codes.code_range(county)
            rows = Area.objects.filter(code__gte=lo, code__lt=hi).values_list("code", flat=True)
            self.codes[county] = frozenset(rows)
        return self.codes[county]
