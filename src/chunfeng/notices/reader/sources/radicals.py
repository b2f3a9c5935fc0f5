"""Radical signs that PDF files show for ordinary characters: ⼈ for 人, ⻋ for 车.

A font draws both with one glyph, and some programs name the wrong one in the text layer. The Kangxi radicals
(U+2F00 to U+2FD5) have their character as compatibility form in Unicode. Most of the radicals supplement has
none: the full characters of simplified Chinese among them stand here, one sign for one.
"""

import unicodedata

_SUPPLEMENT = dict(
    zip(
        "⺁⺎⺒⺓⺝⺟⺠⺧⺩⺬⺮⺶⺼⺽⻁⻄⻅⻆⻉⻋⻓⻔⻗⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻧⻨⻩⻪⻬⻮⻰⻳",
        "厂兀巳幺月母民牛王示竹羊月臼虎西见角贝车长门雨青韦页风飞食马骨鬼鱼鸟卤麦黄黾齐齿龙龟",
        strict=True,
    )
)
_KANGXI = {sign: unicodedata.normalize("NFKC", sign) for sign in map(chr, range(0x2F00, 0x2FD6))}
_CHARACTERS = str.maketrans(_KANGXI | _SUPPLEMENT)


def as_characters(text: str) -> str:
    """The text with radical signs as the characters they look like; every offset stays."""
    return text.translate(_CHARACTERS)
