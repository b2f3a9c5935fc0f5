"""Traditional and simplified characters: telling them apart, and OpenCC's ``tw2s`` conversion.

``tw2s`` and no other: ``t2s`` leaves 著力 as it is, ``tw2sp`` replaces words (分散式 becomes 分布式).
The dictionaries are OpenCC's own files. They are applied here because the packaged converter misses a
phrase that is the whole of its input (顯著 alone) and is too slow for long pages.
"""

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

# Words in which 著 is kept and which OpenCC's list lacks; 乾 is kept in these county names.
_KEPT = {word: word for word in ("原著", "專著", "編著", "論著", "譯著", "遺著", "土著", "卓著", "乾安縣", "乾安")}

_EVERYDAY = frozenset("們個來時國對會產業務關這說還過學動發開長門問間應現經點體當實設無與")

Table = dict[str, str]


def _read(name: str) -> Table:
    import opencc

    rows = (Path(opencc.__file__).parent / "dictionary" / f"{name}.txt").read_text("utf-8").splitlines()
    pairs = (row.split("\t", 1) for row in rows if "\t" in row)
    return {key: values.split(" ")[0] for key, values in pairs}


@cache
def _to_simplified() -> Table:
    """Single characters that ``tw2s`` changes, both steps in one."""
    variants, simplified = _read("TWVariantsRev"), _read("TSCharacters")
    steps = {key: simplified.get(value, value) for key, value in (simplified | variants).items()}
    return {key: value for key, value in steps.items() if key != value and len(key) == len(value) == 1}


@cache
def _step(phrases: str, characters: str) -> tuple[re.Pattern[str], Table, dict[int, str]]:
    words = _read(phrases) | (_KEPT if phrases == "TWVariantsRevPhrases" else {})
    if phrases == "TSPhrases":
        words = {**words, "乾安縣": "乾安县", "乾安": "乾安"}
    words = {word: meant for word, meant in words.items() if len(word) == len(meant)}
    ordered = sorted(words, key=len, reverse=True)
    single = {ord(key): value for key, value in _read(characters).items() if len(key) == len(value) == 1}
    return re.compile("|".join(map(re.escape, ordered))), words, single


def simplify(text: str) -> str:
    """The text in simplified characters (``tw2s``), character for character: the length stays."""
    for names in (("TWVariantsRevPhrases", "TWVariantsRev"), ("TSPhrases", "TSCharacters")):
        pattern, words, single = _step(*names)
        text = _replace(text, pattern, words, lambda piece, single=single: piece.translate(single))
    return text


def _replace(text: str, pattern: re.Pattern[str], words: Table, other: Callable[[str], str]) -> str:
    pieces, last = [], 0
    for match in pattern.finditer(text):
        pieces += (other(text[last : match.start()]), words[match[0]])
        last = match.end()
    return "".join([*pieces, other(text[last:])])


def is_traditional(character: str) -> bool:
    """Whether ``tw2s`` changes this character."""
    return character in _to_simplified()


@cache
def _usual() -> frozenset[str]:
    """Traditional forms of the characters of GB 2312, the set plain simplified text is written in."""
    return frozenset(key for key, value in _to_simplified().items() if _in_gb2312(value)) & frozenset(
        form for forms in _simplified_to_all().values() for form in forms
    )


@cache
def _simplified_to_all() -> dict[str, list[str]]:
    import opencc

    rows = (Path(opencc.__file__).parent / "dictionary" / "STCharacters.txt").read_text("utf-8").splitlines()
    return {key: values.split(" ") for key, values in (row.split("\t", 1) for row in rows if "\t" in row)}


def _in_gb2312(character: str) -> bool:
    try:
        character.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def usual_traditional(character: str) -> bool:
    """Whether the character is the traditional form of a character of everyday simplified text."""
    return character in _usual()


@cache
def _only_simplified() -> frozenset[str]:
    return frozenset(
        key for key, forms in _simplified_to_all().items() if key not in forms and key not in _to_simplified()
    )


def counts(text: str) -> tuple[int, int]:
    """How many characters are only traditional, and how many only simplified."""
    table, simplified = _to_simplified(), _only_simplified()
    return sum(sign in table for sign in text), sum(sign in simplified for sign in text)


def looks_traditional(text: str) -> bool:
    """Whether the page as a whole is in traditional characters. A quotation in a simplified page is not."""
    if len(_EVERYDAY.intersection(text)) < 3:
        return False
    traditional, simplified = counts(text)
    return traditional > 3 * simplified


def plausible(character: str) -> int:
    """How well a character fits a Chinese page: 1 everyday, 0 possible, -2 not seen in plain text."""
    value = _to_simplified().get(character, character)
    if value.isascii() or value in "　、。·—…“”‘’〈〉《》「」『』〔〕【】（），：；！？％～":
        return 1
    if not _in_gb2312(value):
        return -2
    return 1 if value.encode("gb2312")[0] in range(0xB0, 0xD8) else 0 if value >= "\u4e00" else -2
