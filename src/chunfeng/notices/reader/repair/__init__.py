"""Exact repair of text that was damaged on its way through web pages.

Three kinds of damage are undone and listed: ``(pinyin)`` written behind traditional characters, with the
accidents this causes in the bytes (see :mod:`.line`); simplified text turned into traditional; question
marks left over at the edges of sentences. What cannot be known is marked, never guessed.
"""

import re
from dataclasses import dataclass, field

from chunfeng.notices.reader.repair import readings, script
from chunfeng.notices.reader.repair.line import ANNOTATION, MARKS, Line, Place, Rebuilder

__all__ = ["Repair", "Repaired", "Suspect", "repair"]

_BRACKETED = re.compile(rf"[{readings.LETTERS}][ \t]?[)）]")
_TONED_PAGE, _UNTONED_PAGE = 3, 10
# A page without any full-width comma went through a tool that made signs plain; it may have dropped some.
_HALF_WIDTH_PAGE = 3
_PINYIN = "pinyin annotations removed, rewritten in simplified characters"
_SCRIPT = "page in traditional characters rewritten in simplified characters"


@dataclass(frozen=True, slots=True)
class Repair:
    """One change: ``found`` in the raw text became ``repaired``, which begins at offset ``at`` now."""

    at: int
    found: str
    repaired: str
    how: str

    def as_json(self) -> dict[str, object]:
        """The change as the reader's contract has it."""
        return {"at": self.at, "found": self.found, "repaired": self.repaired, "how": self.how}


@dataclass(frozen=True, slots=True)
class Suspect:
    """A place a person must look at: ``text`` at offset ``at`` of the repaired text, and why."""

    at: int
    text: str
    why: str

    def as_json(self) -> dict[str, object]:
        """The place as the reader's contract has it."""
        return {"at": self.at, "text": self.text, "why": self.why}


@dataclass
class Repaired:
    """A text after repair, with everything that was done to it."""

    text: str
    repairs: list[Repair] = field(default_factory=list)
    suspects: list[Suspect] = field(default_factory=list)


def repair(raw: str) -> Repaired:
    """Undo the known kinds of damage; undamaged text comes back as it is.

    :param raw: text of a page, paragraphs separated by line feeds
    """
    annotated = _BRACKETED.search(raw) is not None
    toned, toneless = _annotation_counts(raw) if annotated else (0, 0)
    damaged = toned >= _TONED_PAGE or toneless >= _UNTONED_PAGE or (toned > 0 and _is_traditional_line(raw))
    style = {
        "toneless": toneless >= _UNTONED_PAGE,
        "spaced": toneless >= _UNTONED_PAGE and raw.count(") ") > 0.8 * toneless,
        "stripped": "，" not in raw and raw.count(",") > _HALF_WIDTH_PAGE,
    }
    marked = any(mark in raw for mark in MARKS)
    traditional = damaged or script.looks_traditional(raw)
    if not (damaged or marked or traditional):
        return Repaired(raw)
    done = Repaired("")
    pieces: list[str] = []
    at = 0
    for line in raw.split("\n"):
        text = _line(line, at, done, style if damaged else None, script_too=traditional)
        pieces.append(text)
        at += len(text) + 1
    done.text = "\n".join(pieces)
    if traditional and not damaged:
        _note_script(raw, done)
    return done


def _annotation_counts(raw: str) -> tuple[int, int]:
    """Annotations with tone marks behind a traditional character or a lost byte, and those without."""
    toned = toneless = 0
    for match in ANNOTATION.finditer(raw):
        if not (match["lost"] or match["open"]):
            continue
        before, syllable = raw[match.start() - 1 : match.start()], match["py"]
        if readings.is_toned(syllable):
            toned += bool(match["lost"]) or (script.is_traditional(before) and readings.is_syllable(syllable))
        elif before and readings.is_read(before, syllable):
            toneless += 1
    return toned, toneless


def _line(raw: str, at: int, done: Repaired, style: dict[str, bool] | None, *, script_too: bool) -> str:
    """Repair one line that begins at offset ``at`` of the repaired text; notes go to ``done``."""
    if style is not None or any(mark in raw for mark in MARKS):
        line = Rebuilder(raw, **(style or {})).line()
    else:
        line = Line(raw)
    text = line.text
    if script_too and _is_traditional_line(text):
        text = script.simplify(text)
    for place in sorted(line.changes, key=lambda place: place.start):
        done.repairs.append(_repair(place, raw, text, at))
    if line.annotations:
        done.repairs.append(Repair(at, raw, text, _PINYIN))
    doubts = {place.start: place for place in reversed(line.doubts)}
    for start, place in sorted(doubts.items()):
        done.suspects.append(Suspect(at + start, text[start : place.end], place.why))
    return text


def _is_traditional_line(text: str) -> bool:
    traditional, simplified = script.counts(text)
    return traditional >= max(simplified, 1)


def _repair(place: Place, raw: str, text: str, at: int) -> Repair:
    return Repair(
        at + place.start, raw[place.raw_start : place.raw_end], text[place.start : place.end], place.why
    )


def _note_script(raw: str, done: Repaired) -> None:
    """One entry for a whole page rewritten, at the first line that changed."""
    at = 0
    for before, after in zip(raw.split("\n"), done.text.split("\n"), strict=True):
        if before != after:
            done.repairs.insert(0, Repair(at, before, after, _SCRIPT))
            return
        at += len(after) + 1
