"""A question mark that stands alone: a question, a leftover at the edge of a sentence, or a lost sign."""

import re

_ASKING = re.compile(
    r"怎[么麼样樣]|如何|[是能可会會]否|什[么麼]|哪[些里裡個个一]|[为為因]何|多少|[会會]不[会會]|是不是|能不能|可不可"
    r"|有[没沒无無]有?|[吗嗎呢谁誰何几幾]$"
)
_ITEM = re.compile(
    r"^\s*(?:问|問|Q|\d{1,3}[.、．]|[一二三四五六七八九十]{1,3}、|[（(][一二三四五六七八九十\d]{1,3}[）)])"
)
_CLOSED = "。；;：:，,、！!？?"
_OPENERS = "《〈（(【〔["
_SENTENCE = re.compile(r"[。；;！!？?：:]")


def verdict(text: str, start: int, end: int) -> str:
    """What to do with the marks ``text[start:end]``: ``keep``, ``drop`` or ``suspect``.

    Full-width marks are punctuation and kept. A mark after a full stop, colon or semicolon, at the head of a
    line, or two and more at the end of a line asked nothing and lost nothing but a blank: it is dropped.
    After a question it is kept, and between Latin letters (an address). Anywhere else a character may be
    gone: it is suspect.
    """
    marks = text[start:end]
    if not marks.strip("？"):
        return "keep"
    before = text[max(0, start - 80) : start].rsplit("\n", 1)[-1]
    after = text[end : end + 1]
    replaced, at_end = "\ufffd" in marks, not after or after in "\r\n"
    near, gap = before.rstrip(" \t\u3000\xa0"), before[-1:].isspace()
    if not near or near[-1] in _CLOSED:
        return "drop"
    if not replaced and near[-1].isascii() and near[-1].isalnum() and after.isascii() and after.strip():
        return "keep"
    if not replaced and near[-1] not in _OPENERS and _asks(near, at_end=at_end):
        return "keep"
    if at_end and len(marks) > 1:
        return "drop"
    return "drop" if gap and (at_end or after.isspace()) else "suspect"


def _asks(before: str, *, at_end: bool) -> bool:
    """Whether the sentence before the mark is a question, by its words or as the heading of an answer."""
    sentence = _SENTENCE.split(before)[-1].rstrip('”’"）)')
    return bool(_ASKING.search(sentence)) or (at_end and bool(_ITEM.match(before)))
