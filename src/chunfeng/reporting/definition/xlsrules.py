"""XLSForm constraints → expressions of this language, where they say the same."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from django.utils.translation import gettext as _

from chunfeng.reporting.definition.expressions import BadExpression, parse_rule

_TOKEN = re.compile(
    r"\s*(?:(?P<ref>\$\{\s*(?P<name>[^}]+?)\s*\})|(?P<number>\d+(?:\.\d+)?)|(?P<sign><=|>=|!=|=|<|>|[-+*(),])"
    r"|(?P<word>[a-zA-Z][\w-]*)|(?P<dot>\.))"
)
_WORDS = {
    "and": "and", "or": "or", "div": "/", "not": "not ", "sum": "sum", "min": "min", "max": "max", "abs": "abs",
    "true": "True", "false": "False",
}  # fmt: skip


def translate(text: str, own: str, codes: Mapping[str, str], numbers: Collection[str]) -> str:
    """The rule for a constraint. `own` is the cell that `.` means, `codes` the cell of each name.

    Raises `BadExpression` for anything without a counterpart: other functions, texts, dates, regular
    expressions, cells that are no numbers.
    """
    parts: list[str] = []
    place = 0
    while text[place:].strip():
        token = _TOKEN.match(text, place)
        if token is None:
            raise BadExpression(
                _("“%(text)s” cannot be read at character %(at)s.") % {"text": text, "at": place + 1}
            )
        parts.append(_part(token, own, codes, numbers))
        place = token.end()
    rule = re.sub(r"\b(True|False) \( \)", r"\1", " ".join(parts))
    rule = re.sub(r"\b(sum|min|max|abs) \(", r"\1(", rule).replace("( ", "(").replace(" )", ")")
    rule = rule.replace(" ,", ",").replace("not  (", "not (")
    return parse_rule(rule).text


def _part(token: re.Match[str], own: str, codes: Mapping[str, str], numbers: Collection[str]) -> str:
    if token["number"]:
        return token["number"]
    if token["sign"]:
        return "==" if token["sign"] == "=" else token["sign"]
    if token["word"]:
        if token["word"] not in _WORDS:
            raise BadExpression(_("“%(word)s” has no counterpart") % {"word": token["word"]})
        return _WORDS[token["word"]]
    name = token["name"]
    code = own if token["dot"] else codes.get(name, "")
    if code not in numbers:
        raise BadExpression(_("“%(name)s” is no number of this form") % {"name": name or own})
    return code
