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


def damage(
    text: str,
    *,
    share: int = 1,
    one_by_one: bool = False,
    codec: str = "gbk",
    swallow: bool = True,
    mark: str = "?",
) -> str:
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
    return shown(data, codec=codec, swallow=swallow, mark=mark)


def shown(data: bytes, *, codec: str = "gbk", swallow: bool = True, mark: str = "?") -> str:
    """What a reader of GBK bytes shows: a mark for a lonely first byte, and for a code that is empty.

    :param codec: ``gbk`` has empty codes, ``gb18030`` shows private signs there
    :param swallow: whether the sign behind a lonely byte is taken with it
    """
    signs: list[str] = []
    at = 0
    while at < len(data):
        pair = data[at : at + 2]
        if pair[0] <= 0x80:
            signs.append("€" if pair[0] == 0x80 else chr(pair[0]))
            at += 1
        elif len(pair) == 2 and 0x40 <= pair[1] != 0x7F:
            signs.append(_decoded(pair, codec, mark))
            at += 2
        else:
            signs.append(mark)
            at += 2 if swallow else 1
    return "".join(signs)


def _decoded(pair: bytes, codec: str, mark: str) -> str:
    try:
        return pair.decode(codec)
    except UnicodeDecodeError:
        return mark
