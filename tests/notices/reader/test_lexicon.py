"""A look at the first sign may only pass by places where no alternative behind it can match."""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

from chunfeng.notices import reader
from chunfeng.notices.reader.lexicon import any_of

_NO_WIDTH = (op.ASSERT, op.ASSERT_NOT, op.AT)
_CLASSES = {op.CATEGORY_DIGIT: str.isdecimal, op.CATEGORY_SPACE: str.isspace}
_SIGNS = [chr(code) for code in (*range(0x20, 0x100), *range(0x2010, 0x2030), *range(0x2460, 0x2480))]
_SIGNS += [chr(code) for code in (*range(0x3000, 0x3020), *range(0x4E00, 0x9FFF), *range(0xFF00, 0xFF60))]


def _in_class(items: list[Any]) -> set[str]:
    negated = items[0][0] is op.NEGATE
    found: set[str] = set()
    for kind, value in items[negated:]:
        if kind is op.LITERAL:
            found.add(chr(value))
        elif kind is op.RANGE:
            found.update(sign for sign in _SIGNS if value[0] <= ord(sign) <= value[1])
        else:
            found.update(filter(_CLASSES[value], _SIGNS))
    return set(_SIGNS) - found if negated else found


def _first(items: list[Any]) -> tuple[set[str], bool]:
    """The signs a match of this sequence can open with, and whether it can be empty."""
    found: set[str] = set()
    for kind, value in items:
        if kind in _NO_WIDTH:
            continue
        if kind is op.LITERAL:
            return found | {chr(value)}, False
        if kind is op.IN:
            return found | _in_class(value), False
        if kind is op.BRANCH:
            parts = [_first(list(part)) for part in value[1]]
            signs, empty = set().union(*(part[0] for part in parts)), any(part[1] for part in parts)
        elif kind is op.SUBPATTERN:
            signs, empty = _first(list(value[-1]))
        elif kind in (op.MAX_REPEAT, op.MIN_REPEAT):
            signs, empty = _first(list(value[2]))
            empty = empty or value[0] == 0
        else:
            return set(_SIGNS), False
        found |= signs
        if not empty:
            return found, False
    return found, True


def _missed(items: list[Any]) -> Iterator[set[str]]:
    """For each look at one sign with alternatives right behind it: the signs it should know and does not."""
    for index, (kind, value) in enumerate(items):
        if kind is op.ASSERT and value[0] == 1 and index + 1 < len(items):
            look = list(value[1])
            if len(look) == 1 and look[0][0] is op.IN and items[index + 1][0] not in _NO_WIDTH:
                yield _first(items[index + 1 :])[0] - _in_class(look[0][1])
        for inner in _inside(kind, value):
            yield from _missed(list(inner))


def _inside(kind: Any, value: Any) -> list[Any]:
    if kind is op.BRANCH:
        return list(value[1])
    if kind in (op.SUBPATTERN, op.MAX_REPEAT, op.MIN_REPEAT):
        return [value[-1]]
    return [value[1]] if kind in (op.ASSERT, op.ASSERT_NOT) else []


def _patterns() -> Iterator[tuple[str, str]]:
    for module in pkgutil.walk_packages(reader.__path__, f"{reader.__name__}."):
        for name, value in vars(importlib.import_module(module.name)).items():
            if isinstance(value, re.Pattern) and isinstance(value.pattern, str):
                yield f"{module.name.removeprefix(reader.__name__ + '.')}.{name}", value.pattern


def _all_missed(pattern: str) -> str:
    return "".join(sorted(set().union(*_missed(list(parser.parse(pattern))))))


def test_no_look_passes_by_a_match() -> None:
    missed = {name: _all_missed(pattern) for name, pattern in _patterns()}
    assert len(missed) > 150
    assert {name: signs for name, signs in missed.items() if signs} == {}


def test_a_look_that_misses_a_sign_is_found() -> None:
    assert _all_missed("(?=[甲乙])(?:甲方|丙方)") == "丙"
    assert _all_missed(any_of("(?:^|，)事关|[一二]是")) == "一事二"


def test_alternatives_are_the_same_behind_their_look() -> None:
    words = "加强|(?<!不)做好|(?P<must>要(?!求|点)|须)|报(?=省|市(?!场))"
    for text in ("加强", "不做好", "请做好", "要求", "须", "报市场", "报市", "报省", "另报"):
        plain, looked = re.search(words, text), re.search(any_of(words), text)
        assert (plain and (plain.span(), plain.lastgroup)) == (looked and (looked.span(), looked.lastgroup))
