"""How Chinese characters are read aloud, and which byte makes a character that is read so.

Both tables are read from the packages on first use: most notices are never damaged and need neither.
"""

import unicodedata
from functools import cache

from chunfeng.notices.reader.repair.script import is_traditional

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
    if is_read_exactly(character, syllable):
        return True
    said = syllable.strip()
    return not is_toned(said) and toneless(said) in {toneless(reading) for reading in readings(character)}


def is_read_exactly(character: str, syllable: str) -> bool:
    """Whether the syllable, as its tone is written, is a reading of the character; 們 is read ``men``."""
    return syllable.strip().replace("ɡ", "g").replace("ɑ", "a") in readings(character)


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


@cache
def second_bytes(first: int, syllable: str) -> tuple[int, ...]:
    """The bytes that make, after ``first``, a traditional character read ``syllable``.

    Only a byte from 0x81 up can have been orphaned: a lower one would have stayed a letter.
    """
    pairs = ((byte, bytes((first, byte)).decode("gb18030", "ignore")) for byte in range(0x81, 0xFF))
    return tuple(byte for byte, sign in pairs if is_traditional(sign) and is_read(sign, syllable))
