"""One damaged line put back together byte by byte.

How the damage arose. The text, in traditional characters, was held as GBK bytes, two a character. Some
tool searched those bytes for certain characters and wrote ``(pinyin)`` behind each find. It did not look
where characters begin, so it also found the second byte of one character together with the first byte of
the next::

    AE94 B5D8 FC68        當地黨
    AE94 B5 (shù) D8FC 68 the find was 94B5, 數

A reader of these bytes takes ``B5`` and the bracket together, cannot, and shows ``?``; what follows is
read one byte off (``D8FC`` 攸, ``68`` h) until a byte below 0x80 or the next find brings it back in step.
No byte is lost but the one under ``?``, and that one is known: with the byte before it, it makes a
traditional character that is read ``shù``.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from chunfeng.notices.reader.repair import readings, script, strays

MISSING = "□"
MARKS = "?？\ufffd"
_LETTERS = rf"[{readings.LETTERS}]"
# An annotation may itself have been annotated: ō u are bytes too, and (yōu) became (yōu(zī)).
_SYLLABLE = (
    rf"[ \t]?(?P<py>{_LETTERS}{{1,6}})(?:[(（]{_LETTERS}{{1,6}}[)）])?(?P<rest>{_LETTERS}{{0,4}})[ \t]?[)）]"
)
ANNOTATION = re.compile(rf"(?P<lost>[{MARKS}])?(?P<open>[(（])?{_SYLLABLE}")
_TOKEN = re.compile(rf"(?:[{MARKS}][(（]?|[(（]){_SYLLABLE}|[{MARKS}]+")
ACCIDENT = re.compile(rf"[{MARKS}][(（]?{_SYLLABLE}")
_EURO = "€"


@dataclass
class Place:
    """A stretch of the line, as byte offsets into the rebuilt line and character offsets into the raw one."""

    start: int
    end: int
    raw_start: int
    raw_end: int
    why: str


@dataclass
class Line:
    """A rebuilt line: its text (still traditional), what was changed and what stays doubtful.

    ``changes`` and ``doubts`` are (start, end, raw start, raw end, why) in characters.
    """

    text: str
    annotations: int = 0
    changes: list[Place] = field(default_factory=list)
    doubts: list[Place] = field(default_factory=list)


class Rebuilder:
    """Walks one raw line and collects the bytes it was written in."""

    def __init__(
        self, raw: str, *, toneless: bool = False, spaced: bool = False, stripped: bool = False
    ) -> None:
        """
        :param toneless: annotations carry no tones
        :param spaced: and a blank stands behind each
        :param stripped: the page went through a tool that may have dropped private signs
        """
        self.raw, self.toneless, self.spaced, self.stripped = raw, toneless, spaced, stripped
        self.bytes = bytearray()
        self.holes: set[int] = set()
        self.shifted = False
        self.opened = (0, 0)
        self.annotations = 0
        self.changes: list[Place] = []
        self.doubts: list[Place] = []

    def line(self) -> Line:
        """The rebuilt line."""
        last = 0
        for token in _TOKEN.finditer(self.raw):
            self._literal(last, token.start())
            last = token.end()
            if token["py"] is None:
                self._mark(token.start(), token.end())
            elif token[0][0] in MARKS:
                self._accident(token)
            else:
                last += self._annotation(token)
        self._literal(last, len(self.raw))
        if self.shifted:
            self._hole(len(self.raw), len(self.raw), "the second half of this character is lost")
        return self._decoded()

    def _literal(self, start: int, end: int) -> None:
        at = start
        while at < end:
            if not self.shifted:
                self.bytes += encoded(self.raw[at:end])
                return
            self._shifted_sign(at)
            at += 1

    def _shifted_sign(self, at: int) -> None:
        """Add one sign that was read one byte off."""
        sign = self.raw[at]
        code = b"\x80" if sign == _EURO else encoded(sign)
        if sign == _EURO or ("@" <= sign <= "~" and self._makes_sense(code)):
            self.bytes += code
            self._in_step(at + 1)
        elif "!" <= sign < "@" and self._one_byte_off(at + 1):
            self.bytes += bytes((0xA3, code[0] + 0x80))
        elif len(code) == 2:
            self.bytes += code
        else:
            self._hole(at, at, "the second half of this character is lost")
            self.bytes += code
            if "@" <= sign <= "~":  # it may be the second half, and what it belongs to is gone
                self.doubts[-1].end, self.doubts[-1].raw_end = len(self.bytes), at + 1

    def _makes_sense(self, code: bytes) -> bool:
        """Whether this byte and the one before are a character plain text may hold."""
        return script.plausible((self.bytes[-1:] + code).decode("gb18030", "replace")[:1]) >= 0

    def _one_byte_off(self, at: int) -> bool:
        """Whether what follows makes better sense read one byte off than as it stands."""
        ahead = self._ahead(at)
        return bool(ahead) and weigh(b"\xb0" + encoded(ahead)[:-1]) > weigh(encoded(ahead))

    def _ahead(self, at: int) -> str:
        """The signs that follow, up to the next mark or ASCII sign, two dozen at most."""
        ahead = self.raw[at : at + 24]
        stop = re.search(rf"[{MARKS}\x00-\x7e]", ahead)
        return ahead[: stop.start()] if stop else ahead

    def _in_step(self, raw_end: int) -> None:
        """Reading is in step again: record the stretch that was read one byte off."""
        self.shifted = False
        start, raw_start = self.opened
        self.changes.append(Place(start, len(self.bytes), raw_start, raw_end, ACCIDENT_REPAIRED))

    def _hole(self, raw_start: int, raw_end: int, why: str) -> None:
        """A byte that cannot be known; it ends or begins one character."""
        self.holes.add(len(self.bytes))
        self.bytes.append(0xFF)
        start = len(self.bytes) - 1
        if self.shifted and self.stripped:  # what was put together before may be out of step as well
            start, raw_start = self.opened
        self.doubts.append(Place(start, len(self.bytes), raw_start, raw_end, why))
        if self.shifted:
            self._in_step(raw_end)

    def _annotation(self, token: re.Match[str]) -> int:
        """Drop an annotation that fits the character before it.

        :returns: how many signs behind it go with it
        """
        syllable, before = token["py"] + token["rest"], self._last()
        if not self.shifted and self._stop_read_as_comma(token.start(), syllable):
            return 0
        if self.toneless:
            fits = readings.is_read(before, syllable)
        else:
            fits = readings.is_read_exactly(before, syllable)
        if before and fits:
            self.annotations += 1
            return int(self.spaced and self.raw[token.end() : token.end() + 1] == " ")
        start = max(0, len(self.bytes) - 2)
        self._literal(token.start(), token.end())
        if self.stripped and not self.shifted and readings.is_toned(syllable):
            raw_start = max(0, token.start() - 1)
            self.doubts.append(Place(start, len(self.bytes), raw_start, token.end(), MISFIT))
        return 0

    def _stop_read_as_comma(self, raw_end: int, syllable: str) -> bool:
        """Put 。現 back where the page has ?，F(xiàn).

        The stop (A1A3) lost its first byte; its second and the first of 現 (AC46) were read as a comma.
        That it was a stop is likely, not certain: the place stays doubtful.
        """
        comma = next((sign for sign in (b"\xa3\xac", b",") if self.bytes[:-1].endswith(sign)), None)
        letter = bytes(self.bytes[-1:])
        if not comma or not b"@" <= letter <= b"~":
            return False
        sign = (b"\xac" + letter).decode("gb18030", "ignore")
        if not script.is_traditional(sign) or not readings.is_read_exactly(sign, syllable):
            return False
        start = len(self.bytes) - len(comma) - 1
        raw_start = raw_end - 2
        if self.bytes[start - 1 : start] == b"?":
            start, raw_start = start - 1, raw_start - 1
            if self.doubts and self.doubts[-1].end > start:
                self.doubts.pop()
        self.bytes[start:] = b"\xa1\xa3\xac" + letter
        self.doubts.append(Place(start, start + 2, raw_start, raw_end, STOP_LIKELY))
        self.annotations += 1
        return True

    def _last(self) -> str:
        """The character made by the last two bytes."""
        pair = bytes(self.bytes[-2:])
        return pair.decode("gb18030", "ignore") if len(pair) == 2 and pair[0] >= 0x81 else ""

    def _accident(self, token: re.Match[str]) -> None:
        syllable = token["py"] + token["rest"]
        first = self.bytes[-1] if self.bytes and len(self.bytes) - 1 not in self.holes else 0
        fits = readings.second_bytes(first, syllable) if first >= 0x81 else ()
        if not fits and not readings.is_syllable(syllable):
            self._mark(token.start(), token.start() + 1)
            self._literal(token.start() + 1, token.end())
            return
        self.annotations += 1
        if len(fits) > 1:
            fits = tuple(byte for byte in fits if self._usual_with(byte, token.end()))
        if len(fits) != 1:
            why = "several characters fit this reading" if fits else "no character fits this reading"
            if self.shifted:
                self._hole(token.start(), token.end(), why)
                return
            self._open(token.start())
            self.holes.add(len(self.bytes))
            self.bytes.append(0xFF)
            self.doubts.append(Place(len(self.bytes) - 1, len(self.bytes), token.start(), token.end(), why))
            return
        if not self.shifted:
            self._open(token.start())
            self.bytes.append(fits[0])
            return
        self.bytes.append(fits[0])
        self._in_step(token.end())

    def _usual_with(self, byte: int, after: int) -> bool:
        """Whether this byte gives a character plain text may hold, as its second byte or as its first."""
        if self.shifted:
            pair = bytes((self.bytes[-1], byte))
        else:
            pair = bytes((byte, *encoded(self.raw[after : after + 1])[:1]))
        return script.plausible(pair.decode("gb18030", "replace")[:1]) >= 0

    def _open(self, raw_start: int) -> None:
        """From here on the line was read one byte off."""
        self.shifted, self.opened = True, (len(self.bytes), raw_start)

    def _mark(self, start: int, end: int) -> None:
        """Question marks without a reading."""
        if self.shifted:
            self._shifted_mark(start, end)
            return
        found = strays.verdict(self.raw, start, end)
        at = len(self.bytes)
        if found == "drop":
            self.changes.append(Place(at, at, start, end, STRAY_DROPPED))
            return
        self.bytes += encoded(self.raw[start:end])
        if found == "suspect" and self._one_byte_off(end):
            end += len(self._ahead(end))
            size = len(encoded(self.raw[start:end]))
            self.doubts.append(
                Place(at, at + size, start, end, "read one byte off, and no pinyin to repair it by")
            )
        elif found == "suspect":
            self.doubts.append(Place(at, len(self.bytes), start, end, "a sign was lost here"))

    def _shifted_mark(self, start: int, end: int) -> None:
        """Inside a stretch read one byte off a mark hides one byte before punctuation, or a whole pair.

        Which of the two, shows in what follows: the reading that gives the more usual characters.
        Either way the characters that held the lost bytes stay doubtful.
        """
        why = "a sign was lost where the line was read one byte off"
        if re.match("[@-~](?![@-~])", self.raw[end : end + 2]) or self._one_byte_off(end):
            at = len(self.bytes)
            self.holes.update((at, at + 1))
            self.bytes += b"\xff\xff"
            self.doubts.append(Place(at, at + 2, start, end, why))
        else:
            self._hole(start, end, why)

    def _decoded(self) -> Line:
        places = [*self.changes, *self.doubts]
        text, offset = decode(bytes(self.bytes), self.holes, many=len(places) > 8)
        for place in places:
            place.start, place.end = offset(place.start), offset(place.end)
        for place in self.doubts:
            place.end = max(place.end, min(place.start + 1, len(text)))
        doubted = {place.start for place in self.doubts}
        for place in self.changes:
            if doubted.intersection(range(place.start, place.end)) or place.why != ACCIDENT_REPAIRED:
                continue
            why = self._doubt(text[place.start : place.end])
            if why:
                self.doubts.append(Place(place.start, place.end, place.raw_start, place.raw_end, why))
        return Line(text, self.annotations, self.changes, self.doubts)

    def _doubt(self, repaired: str) -> str | None:
        """Why a stretch put together byte by byte should be looked at, if it should."""
        if weigh_text(repaired) < 0:
            return UNLIKELY
        usual = all(script.plausible(sign) > 0 and sign not in _RARE_MARKS for sign in repaired)
        return STRIPPED if self.stripped and not usual else None


_RARE_MARKS = "；：！（）《》—…"
ACCIDENT_REPAIRED = "read one byte off; the lost byte follows from the pinyin"
MISFIT = "the reading behind this character is not its own"
STOP_LIKELY = "a sign was lost here, most likely a full stop"
STRIPPED = "read one byte off on a page that lost its rarer signs: one may be missing here"
STRAY_DROPPED = "question mark left over at the edge of a sentence dropped"
UNLIKELY = "put together byte by byte, yet not usual text"


def encoded(text: str) -> bytes:
    """GBK bytes; signs outside it get their four GB 18030 bytes."""
    return text.encode("gb18030", "replace")


def decode(data: bytes, holes: set[int], *, many: bool = False) -> tuple[str, Callable[[int], int]]:
    """Text of the bytes, unknown ones as □, and a function from a byte offset to the offset of its character.

    :param many: offsets of many bytes will be asked for
    """
    if not holes and not many:
        text = data.decode("gb18030", "replace")
        if "\ufffd" not in text:
            return text, lambda offset: len(data[:offset].decode("gb18030", "ignore"))
    signs: list[str] = []
    starts: list[int] = []
    at = 0
    while at < len(data):
        size = width(data, at)
        unknown = holes and any(offset in holes for offset in range(at, at + size))
        sign = MISSING if unknown else data[at : at + size].decode("gb18030", "replace")[:1]
        starts += [len(signs)] * size
        signs.append(sign)
        at += size
    starts.append(len(signs))
    return "".join(signs), starts.__getitem__


def width(data: bytes, at: int) -> int:
    """How many bytes the character at this offset has."""
    if data[at] < 0x81:
        return 1
    second = data[at + 1 : at + 2]
    size = 4 if second and 0x30 <= second[0] <= 0x39 else 2
    return min(size, len(data) - at)


def weigh(data: bytes) -> int:
    """How much the bytes look like Chinese."""
    return weigh_text(data.decode("gb18030", "replace"))


def weigh_text(text: str) -> int:
    """How much the text looks like Chinese: positive for usual characters."""
    return sum(script.plausible(sign) for sign in text)
