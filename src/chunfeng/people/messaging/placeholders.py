"""Words in braces that stand for what differs from person to person."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from chunfeng.core.errors import Refused

_BRACES = re.compile(r"\{([^{}]*)\}")
MOST_CHARACTERS = 500
"""A text of more than seven parts of a text message is read by nobody."""


@dataclass(frozen=True, slots=True)
class Placeholder:
    """What may stand in braces: its code, the Chinese word that means the same, and who reads what.

    `personal`: speaks of the person, so that it has no place in a group chat. `always`: known for every
    message; the others come with the occasion, and a text that needs one which is missing is not sent.
    """

    code: str
    word: str
    label: Any
    example: str
    personal: bool = False
    always: bool = True


PLACEHOLDERS = {
    each.code: each
    for each in (
        Placeholder("name", "姓名", gettext_lazy("Name of the person"), "王样例", personal=True),
        Placeholder("home", "户籍地", gettext_lazy("Home area"), "样例县样例镇"),
        Placeholder("place", "所在地", pgettext_lazy("placeholder", "Area of the office"), "样例县"),
        Placeholder("office", "单位", gettext_lazy("Office that writes"), "样例县就业服务中心"),
        Placeholder("phone", "电话", gettext_lazy("Telephone of the office"), "12333"),
        Placeholder("day", "日期", gettext_lazy("Day of the message"), "2020-02-01"),
        Placeholder("destination", "目的地", gettext_lazy("Destination"), "样例省样例市", always=False),
        Placeholder(
            "since", "起始日", pgettext_lazy("placeholder", "First day"), "2020-02-01", personal=True, always=False
        ),
        Placeholder(
            "release_on", "解除日", gettext_lazy("Day of release"), "2020-02-15", personal=True, always=False
        ),
        Placeholder("site", "地点", gettext_lazy("Where, for example the observation site"), "样例观察点",
                    personal=True, always=False),
        Placeholder("hospital", "医院", pgettext_lazy("placeholder", "Hospital"), "样例县人民医院", always=False),
        Placeholder("note", "事项", gettext_lazy("Matter, in a few words"), "复工登记", always=False),
    )
}  # fmt: skip
_BY_WORD = {each.word: each.code for each in PLACEHOLDERS.values()} | {code: code for code in PLACEHOLDERS}


def read(text: str, *, group: bool = False) -> str:
    """The text as it is kept: every placeholder known and under its code. Raises `Refused` naming the stray one.

    `group`: the text is read by a group of people, so that what speaks of one person is refused too.
    """
    written = text.replace("\r\n", "\n").strip()
    if not written:
        raise Refused(_("The text is empty: write what the person should read."))
    if len(written) > MOST_CHARACTERS:
        raise Refused(
            _("The text has %(n)s characters; at most %(limit)s are sent. Shorten it.")
            % {"n": len(written), "limit": MOST_CHARACTERS}
        )
    kept = _BRACES.sub(_under_code, written)
    if re.search(r"[{}]", _BRACES.sub("", kept)):
        raise Refused(_("A brace stands alone. A placeholder is written {name}, with both braces."))
    personal = [PLACEHOLDERS[code] for code in used(kept) if PLACEHOLDERS[code].personal]
    if group and personal:
        raise Refused(
            _("“{%(code)s}” speaks of one person, and a whole group reads this channel. Take it out.")
            % {"code": personal[0].code}
        )
    return kept


def used(text: str) -> list[str]:
    """The codes of the placeholders in a kept text, each once, in their order."""
    return list(dict.fromkeys(_BRACES.findall(text)))


def missing(text: str, values: Mapping[str, str]) -> list[str]:
    """The placeholders of the text for which there is no value."""
    return [code for code in used(text) if not values.get(code)]


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text for one person. KeyError for a placeholder without a value: ask `missing` first."""
    return _BRACES.sub(lambda found: values[found[1]], text)


def examples() -> dict[str, str]:
    """Values of a made-up person, for the preview."""
    return {code: each.example for code, each in PLACEHOLDERS.items()}


def _under_code(found: re.Match[str]) -> str:
    word = found[1].strip()
    if word not in _BY_WORD:
        raise Refused(
            _("“{%(word)s}” is no placeholder. There are: %(known)s.")
            % {"word": word, "known": "、".join(f"{{{code}}}" for code in PLACEHOLDERS)}
        )
    return f"{{{_BY_WORD[word]}}}"
