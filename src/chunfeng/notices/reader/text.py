"""Text of a page as the reader sees it: normal punctuation, lines and paragraphs, all with offsets into the
page.

Normalising never changes the length of the text, so every offset found in normal text holds in the text
given.
"""

import itertools
import re
from bisect import bisect_right
from dataclasses import dataclass, field

_PUNCTUATION = {
    ",": "，",
    ":": "：",
    ";": "；",
    "(": "（",
    ")": "）",
    "?": "？",
    "!": "！",
    "[": "〔",
    "]": "〕",
    "﹝": "〔",
    "﹞": "〕",
    "［": "〔",
    "］": "〕",
    "﹙": "（",
    "﹚": "）",
    "﹐": "，",
    "﹕": "：",
    "﹔": "；",
    "︰": "：",
    "∶": "：",
    "．": ".",
    "﹒": ".",
    "％": "%",
    "〜": "～",
    "<": "〈",
    ">": "〉",
    "＜": "〈",
    "＞": "〉",
    "«": "《",
    "»": "》",
    "｢": "“",
    "｣": "”",
    "\u3000": " ",
    "\xa0": " ",
    "\t": " ",
    "\u200b": " ",
    "\ufeff": " ",
    "\x0b": " ",
    "\u2002": " ",
    "\u2003": " ",
    "|": " ",
    "｜": " ",
    "\r": "\n",
    "\x0c": "\n",
    "\u2028": "\n",
    "\u2029": "\n",
    "\x85": "\n",
}
_NORMAL = _PUNCTUATION | {chr(0xFF10 + i): str(i) for i in range(10)}
_NOT_NORMAL = re.compile(f"[{re.escape(''.join(_NORMAL))}]")

LABEL = re.compile(
    r"(?=[第一二三四五六七八九十（\d①-⑳])(?:(?P<part>第[一二三四五六七八九十百\d]{1,4}[章节编])"
    r"|(?P<article>第[一二三四五六七八九十百\d]{1,5}条)"
    r"|(?P<first>[一二三四五六七八九十]{1,3} ?[、.])"
    r"|(?P<second>（ ?[一二三四五六七八九十]{1,3} ?）)[、.]?"
    r"|(?P<third>\d{1,2} ?[.、](?!\d))"
    r"|(?P<fourth>（ ?\d{1,2} ?）|\d{1,2}）)[、.]?"
    r"|(?P<fifth>[①-⑳]))"
)
# A label that follows the end of a sentence starts a clause although the page lost the line break.
_INNER_LABEL = re.compile(
    r"[。；：！？] {0,40}(?=[一二三四五六七八九十]{1,3}、|（[一二三四五六七八九十]{1,3}）"
    r"|第[一二三四五六七八九十百]{1,5}条 "
    r"|\d{1,2}[.、](?!\d)|（\d{1,2}）)"
)
_LOST_BREAK = re.compile(
    r"(?<=[。；：！？”）]) {2,}(?=\S)|(?<! ) {2,}(?=[一二三四五六七八九十]{1,3}、"
    r"|（[一二三四五六七八九十]{1,3}）|附件)"
)
_ONE_LINE = 200
_WIDE_GAP = re.compile(r"(?<! ) {2,}(?!\S )|(?<! )(?<! \S) {2,}")
_INLINE_SIGNATURE = re.compile(
    r"(?<=[。！]) *[\u4e00-\u9fff][\u4e00-\u9fff ]{3,40}(?:\d{4}"
    r"|[一二][〇○零OＯ一二三四五六七八九]{3})年[\d一二三四五六七八九十]{1,3}月[\d一二三四五六七八九十]{1,3}日\s*$"
)
_SPACED_HEADING = re.compile(
    r"^(?:[一二三四五六七八九十]{1,3}、"
    r"|（[一二三四五六七八九十]{1,3}）)[^。；！？： ]{4,45}(?P<gap> +)(?=[^，。；、 ]{5,}[^ ]{15})"
)
_ORDERS = re.compile(r"要(?!求|点)|应当|必须|不得|务必|严禁")
_TERMINAL = re.compile(r"[。！？；：…][”’」』）》\"]*[？?]*$")
_NAME_ENDS = frozenset("部委厅局会院署办")
_SPACES = re.compile(r"\s+")


def normalise(text: str) -> str:
    """Return the text with full-width punctuation and plain spaces; its length is unchanged."""
    return _NOT_NORMAL.sub(lambda sign: _NORMAL[sign[0]], text)


def squeeze(text: str) -> str:
    """Return the text without white space, except one space between two Latin words or numbers."""
    return _SPACES.sub(_space, text.strip())


# A space between the names of two bodies (教育部 财政部) parts them; other spaces between characters are
# accidents.
_NAME_FOLLOWS = re.compile(
    r"[\u4e00-\u9fff]{2,24}?(?:部|委|厅|局|会|院|署|办|行|政府|办公室|总局)(?=[ ，。、：》]|关于|印发"
    r"|转发|$)"
)


def _space(match: re.Match[str]) -> str:
    if match[0] != "\n" and match.start() and match.string[match.start() - 1] in _NAME_ENDS:
        return " " if _NAME_FOLLOWS.match(match.string, match.end()) else ""
    before = match.string[match.start() - 1 : match.start()]
    after = match.string[match.end() : match.end() + 1]
    joined = before.isascii() and after.isascii() and (before.isalnum() or before == ".") and after.isalnum()
    return " " if joined else ""


@dataclass(slots=True)
class Line:
    """One printed line (or what a lost line break left of one); ``raw`` is page[start:end] in normal form."""

    start: int
    end: int
    raw: str
    role: str = "text"
    _flat: str | None = None

    @property
    def flat(self) -> str:
        """The line without spaces inside words."""
        if self._flat is None:
            self._flat = squeeze(self.raw) if " " in self.raw else self.raw
        return self._flat


@dataclass(slots=True)
class Paragraph:
    """Lines that belong together, joined; :meth:`span` leads back to the page."""

    start: int
    end: int
    flat: str
    _cuts: list[int] = field(default_factory=list)
    _shifts: list[int] = field(default_factory=list)

    def at(self, index: int) -> int:
        """Return the page offset of the character at ``index`` of ``flat``."""
        if not self._cuts:
            return self.start + index
        return index + self._shifts[bisect_right(self._cuts, index) - 1]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the page span of flat[start:end] (not empty)."""
        return self.at(start), self.at(end - 1) + 1


def paragraph(page: str, start: int, end: int) -> Paragraph:
    """Join page[start:end] (normal form) into one paragraph, dropping white space inside it."""
    raw = page[start:end]
    if not _SPACES.search(raw):
        return Paragraph(start, end, raw)
    pieces: list[str] = []
    cuts: list[int] = []
    shifts: list[int] = []
    length = position = 0
    for match in _SPACES.finditer(raw):
        for piece, at in ((raw[position : match.start()], position), (_space(match), match.start())):
            if piece:
                cuts.append(length)
                shifts.append(start + at - length)
                pieces.append(piece)
                length += len(piece)
        position = match.end()
    if position < len(raw):
        cuts.append(length)
        shifts.append(start + position - length)
        pieces.append(raw[position:])
    return Paragraph(start, end, "".join(pieces), cuts, shifts)


def lines_of(page: str) -> list[Line]:
    """Cut a page (normal form) into its lines; blank ones are dropped, lost line breaks restored."""
    found: list[Line] = []
    start = 0
    for printed in page.split("\n"):
        if printed and not printed.isspace():
            for cut_from, cut_to in _cuts(printed):
                piece = printed[cut_from:cut_to]
                left = len(piece) - len(piece.lstrip())
                kept = piece.strip()
                if kept:
                    found.append(Line(start + cut_from + left, start + cut_from + left + len(kept), kept))
        start += len(printed) + 1
    return found


def _cuts(printed: str) -> list[tuple[int, int]]:
    """Return the spans of one printed line between lost line breaks."""
    cuts: set[int] = set()
    if "  " in printed:
        cuts.update(m.end() for m in _LOST_BREAK.finditer(printed))
        if len(printed) > _ONE_LINE:
            cuts.update(m.end() for m in _WIDE_GAP.finditer(printed))
    stripped = printed.lstrip()
    if not stripped.startswith(("附", "联系")):
        cuts.update(m.end() for m in _INNER_LABEL.finditer(printed))
        spaced = _SPACED_HEADING.match(stripped) if " " in stripped else None
        if spaced and not re.search("[要应须请]", spaced[0]):
            cuts.add(len(printed) - len(stripped) + spaced.end())
    signed = _INLINE_SIGNATURE.search(printed) if printed.rstrip()[-1:] in ("日", "号") else None
    if signed:
        cuts.add(signed.start())
    return list(itertools.pairwise(sorted(cuts | {0, len(printed)}))) if cuts else [(0, len(printed))]


def wrap_width(lines: list[Line]) -> int:
    """Return the width at which the page breaks lines inside sentences, or 0 when it does not."""
    lengths = sorted(len(line.raw) for line in lines)
    if len(lengths) < 6:
        return 0
    width = lengths[int(len(lengths) * 0.9)]
    full = sum(1 for n in lengths if width - 3 <= n <= width + 3)
    return width if width <= 60 and full * 5 >= len(lengths) * 2 else 0


def joins(line: Line, following: Line, width: int) -> bool:
    """Tell whether ``following`` goes on with the sentence that ``line`` broke off."""
    raw = line.raw
    if _TERMINAL.search(raw[-4:]) or LABEL.match(following.raw):
        return False
    if raw[-1] in "，、（《“":
        return True
    if width:
        return len(raw) >= width - 3
    if LABEL.match(raw) and not any(c in raw for c in "。；"):
        return len(raw) > 45 or bool(_ORDERS.search(raw))
    return len(raw) >= 15 and any(c in raw for c in "，。；") and following.raw[0] not in "（【"


def paragraphs_of(page: str, lines: list[Line]) -> list[Paragraph]:
    """Join the lines of a body into paragraphs."""
    width = wrap_width(lines)
    found: list[Paragraph] = []
    index = 0
    while index < len(lines):
        last = index
        while last + 1 < len(lines) and joins(lines[last], lines[last + 1], width):
            last += 1
        found.append(paragraph(page, lines[index].start, lines[last].end))
        index = last + 1
    return found
