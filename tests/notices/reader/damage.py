"""The accident that damaged pages went through, played again on clean text.

Clean simplified text is written in traditional characters, held as GBK bytes, and ``(pinyin)`` is inserted
behind every find of an annotated character, wherever in the bytes it is found. A reader then shows ``?``
for what is not a character, taking the byte behind a lonely first byte with it.
"""

import re
from functools import cache
from pathlib import Path

import opencc
from pypinyin.constants import PINYIN_DICT

from chunfeng.notices.reader.repair.script import is_traditional


@cache
def forms() -> dict[int, str]:
    """Simplified character to its usual traditional form, where GBK has it: 为 to 為, 着 to 著."""
    variants = _table("TWVariants")
    table = {key: variants.get(form, form) for key, form in (_table("STCharacters") | variants).items()}
    single = {key: form for key, form in table.items() if len(key) == len(form) == 1 and key != form}
    return {ord(key): form for key, form in single.items() if in_gbk(form) and is_traditional(form)}


def _table(name: str) -> dict[str, str]:
    rows = (Path(opencc.__file__).parent / "dictionary" / f"{name}.txt").read_text("utf-8").splitlines()
    return {key: values.split(" ")[0] for key, values in (row.split("\t", 1) for row in rows if "\t" in row)}


def in_gbk(text: str) -> bool:
    """Whether GBK holds every character of the text in one or two bytes."""
    try:
        text.encode("gbk")
    except UnicodeEncodeError:
        return False
    return True


@cache
def annotated(share: int = 1) -> dict[bytes, bytes]:
    """GBK bytes of the annotated characters and their annotation: one in ``share`` of all forms."""
    chosen = sorted(set(forms().values()))[::share]
    return {
        form.encode("gbk"): f"({PINYIN_DICT[ord(form)].split(',')[0]})".encode("gbk")
        for form in chosen
        if ord(form) in PINYIN_DICT and in_gbk(PINYIN_DICT[ord(form)].split(",")[0])
    }


@cache
def _pattern(share: int) -> re.Pattern[bytes]:
    return re.compile(b"|".join(map(re.escape, annotated(share))))


def damage(text: str, *, share: int = 1, one_by_one: bool = False) -> str:
    """The text as a damaged page shows it.

    :param one_by_one: every character of the table is searched in turn (finds may overlap), instead of
        one walk over the bytes that takes the first find at each place
    """
    data = text.translate(forms()).encode("gbk")
    if one_by_one:
        for form, note in annotated(share).items():
            if form in data:
                data = data.replace(form, form + note)
    else:
        data = _pattern(share).sub(lambda find: find[0] + annotated(share)[find[0]], data)
    return shown(data)


def shown(data: bytes) -> str:
    """What a reader of GBK bytes shows: ``?`` for a lonely first byte with its neighbour, or an empty code."""
    signs: list[str] = []
    at = 0
    while at < len(data):
        if data[at] < 0x80:
            signs.append(chr(data[at]))
            at += 1
            continue
        if data[at] == 0x80:
            signs.append("€")
            at += 1
            continue
        try:
            signs.append(data[at : at + 2].decode("gbk"))
        except UnicodeDecodeError:
            signs.append("?")
        at += 2
    return "".join(signs)
