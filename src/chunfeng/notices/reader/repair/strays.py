"""A question mark that stands alone: a question, a leftover at the edge of a sentence, or a lost sign."""

import re

_ASKING = re.compile(
    "[吗嗎呢谁誰哪啥几幾何怎]|什[么麼]|多少|多[久长長大远遠]|是否|能否|可否|会不会|會不會|[是能可]不[是能可]|有[没沒]有"
)
_CLOSED = "。;;;；::：,,，、!！?？"
_OPENERS = "《〈（(【〔["


def verdict(text: str, start: int, end: int) -> str:
    """What to do with the marks ``text[start:end]``: ``keep``, ``drop`` or ``suspect``.

    A mark after a full stop, colon or semicolon, at the head of a line, or two and more at the end of a
    line asked nothing and lost nothing but a blank: it is dropped. After a question it is kept. Between
    Latin letters (an address) it is kept. Anywhere else a character may be gone: it is suspect.
    """
    before = text[max(0, start - 60) : start].rsplit("\n", 1)[-1]
    after = text[end : end + 1]
    replaced = "\ufffd" in text[start:end]
    near, gap = before.rstrip(" \t\u3000\xa0"), before[-1:].isspace()
    if not near or near[-1] in _CLOSED:
        return "drop"
    if not replaced and near[-1].isascii() and near[-1].isalnum() and after.isascii() and after.strip():
        return "keep"
    sentence = re.split(r"[。；;！!？?：:]", near)[-1]
    if not replaced and near[-1] not in _OPENERS and _ASKING.search(sentence):
        return "keep"
    if end - start > 1 and (not after or after in "\r\n"):
        return "drop"
    return "drop" if gap and (not after or after.isspace()) else "suspect"
