"""How Chinese characters are read aloud, and which byte makes a character that is read so.

Both tables are read from the packages on first use: most notices are never damaged and need neither.
"""

import unicodedata
from functools import cache

from chunfeng.notices.reader.repair.script import is_traditional, usual_traditional

_TONED = "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜüêńňǹḿ"
LETTERS = f"a-zɡɑ{_TONED}"


def toneless(syllable: str) -> str:
    """The syllable without tone marks; ``ü`` is kept and written ``v``."""
    plain = unicodedata.normalize("NFD", syllable.strip().lower().replace("ɡ", "g").replace("ɑ", "a"))
    kept = "".join("v" if sign == "\u0308" else sign for sign in plain if sign.isalpha() or sign == "\u0308")
    return kept.replace("uv", "v")


def is_toned(syllable: str) -> bool:
    """True when a tone mark is written."""
    return any(sign in _TONED and sign != "ü" for sign in syllable)


@cache
def readings(character: str) -> tuple[str, ...]:
    """Every known reading of one character with tone marks, the usual one first."""
    from pypinyin.constants import PINYIN_DICT

    return tuple(PINYIN_DICT.get(ord(character), "").split(",")) if len(character) == 1 else ()


def is_read(character: str, syllable: str) -> bool:
    """Whether the character may be read so. The tone counts when the syllable carries one."""
    said = syllable.strip().replace("ɡ", "g").replace("ɑ", "a")
    if is_toned(said):
        return said in readings(character)
    return toneless(said) in {toneless(reading) for reading in readings(character)}


@cache
def is_syllable(syllable: str) -> bool:
    """Whether any character at all is read so: ``app`` is not, ``zhang`` is."""
    return toneless(syllable) in _syllables()


@cache
def _syllables() -> frozenset[str]:
    from pypinyin.constants import PINYIN_DICT

    return frozenset(
        toneless(reading)
        for code in range(0x4E00, 0x9FA6)
        for reading in PINYIN_DICT.get(code, "").split(",")
    )


def second_bytes(first: int, syllable: str) -> list[int]:
    """The bytes that make, after ``first``, a traditional character read ``syllable``.

    Only a byte from 0x81 up can have been orphaned: a lower one would have stayed a letter. Where the
    full table leaves several, characters of everyday simplified words are preferred to rare variants,
    then those of which the syllable is the usual reading; the annotating table held one reading each.
    """
    fits = [
        (byte, character)
        for byte in range(0x81, 0xFF)
        if is_traditional(character := bytes((first, byte)).decode("gb18030", "ignore"))
        and is_read(character, syllable)
    ]
    for keep in (usual_traditional, lambda character: is_read_first(character, syllable)):
        if len(fits) > 1:
            fits = [fit for fit in fits if keep(fit[1])] or fits
    return [byte for byte, _ in fits]


def is_read_first(character: str, syllable: str) -> bool:
    """Whether the syllable is the usual reading of the character."""
    return readings(character)[:1] == (syllable.strip(),)
