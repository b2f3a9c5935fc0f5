"""Plain text in the encodings Chinese offices use, told apart by what the bytes allow."""

import codecs
import re

from chunfeng.notices.reader.sources.refusal import Unreadable

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROLS = dict.fromkeys((*range(9), *range(14, 32), 127, 65279, 8203, 8206, 8207))
_BREAKS = {0x0B: "\n", 0x0C: "\n", 0x85: "\n", 0x2028: "\n", 0x2029: "\n", 0xE5E5: "\u3000"}
_TIDY = _CONTROLS | _BREAKS
_UNTIDY = re.compile(f"[{re.escape(''.join(map(chr, _TIDY)))}]")
# Blanks, ASCII, Chinese punctuation and characters: what is surely no control and no unassigned sign.
_UNUSUAL = re.compile(r"[^\s!-~\u3001-\u3029\u4e00-\u9fa5\uff01-\uff5e]")
_CHINESE = re.compile(r"[\u4e00-\u9fff\u3000-\u303f\uff00-\uffef]")
_LOST_SHARE = 0.02


def decoded(data: bytes, shown: str, declared: str | None = None) -> str:
    """Text of the bytes. A byte-order mark counts first, then UTF-8, the declared name, UTF-16, GB 18030.

    :param declared: encoding named by the page itself
    :raises Unreadable: when no encoding gives text
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    for encoding in _candidates(data, declared):
        text = _try(data, encoding)
        if text is not None:
            return text
    for encoding in ("utf-8", "gb18030"):
        text = data.decode(encoding, "replace")
        if text.count("\ufffd") <= _LOST_SHARE * len(text) and _is_text(text):
            return text
    raise Unreadable(f"{shown} is not text in UTF-8, UTF-16 or GB 18030. Save it as UTF-8 or paste the text.")


def _candidates(data: bytes, declared: str | None) -> list[str]:
    names = ["utf-8"]
    if data[:4096].count(0) * 8 > len(data[:4096]):
        names = ["utf-16-le", "utf-16-be"]
    if declared and (known := _known(declared)):
        names.insert(0, known)
    return [*names, "gb18030", "utf-16-le", "utf-16-be"]


def _known(declared: str) -> str | None:
    """The codec of a declared name; GB 2312 and GBK pages are GB 18030 in practice."""
    name = declared.strip().lower()
    if name.startswith(("gb", "x-gb", "cp936")):
        return "gb18030"
    return name if name in ("utf-8", "utf8", "big5", "utf-16", "utf-16le", "utf-16be") else None


def _try(data: bytes, encoding: str) -> str | None:
    try:
        text = data.decode(encoding)
    except UnicodeError:
        return None
    spare = 5 if encoding.startswith("utf-8") else 0
    return text if _is_text(text, wide=encoding.startswith("utf-16"), spare=spare) else None


def _is_text(text: str, *, wide: bool = False, spare: int = 0) -> bool:
    """Whether a decoding gave text: hardly any controls or unassigned signs, and for UTF-16 mostly Chinese.

    Valid UTF-8 hardly happens by chance, so a few odd signs (``spare``) are let pass there. Almost any bytes
    decode as UTF-16, so without a byte-order mark Chinese signs must prevail.
    """
    sample = text[:20_000]
    odd = sum(not sign.isprintable() or sign == "\ufffd" for sign in _UNUSUAL.findall(sample))
    if odd > spare + _LOST_SHARE * len(sample):
        return False
    if not wide:
        return True
    usual = len(_CHINESE.findall(sample)) + sum(sign.isascii() for sign in sample)
    return usual >= 0.8 * len(sample)


def tidy(text: str) -> str:
    """One kind of line end, no controls, no blanks at line ends, at most one empty line in a row."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if _UNTIDY.search(text):
        text = text.translate(_TIDY)
    text = text.encode("utf-8", "replace").decode("utf-8")
    lines = [line.rstrip() for line in text.split("\n")]
    kept: list[str] = []
    for line in lines:
        if line or (kept and kept[-1]):
            kept.append(line)
    return "\n".join(kept).rstrip("\n") + "\n"
