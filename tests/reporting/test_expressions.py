"""Checks as expressions: exact, three-valued, and nothing but arithmetic gets through."""

from __future__ import annotations

import ast
from fractions import Fraction

import pytest
from django.utils import translation
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from chunfeng.reporting.definition import expressions
from chunfeng.reporting.definition.expressions import BadExpression, Figures


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


NAMES = ("a", "b", "c")
numbers = st.fractions(min_value=-1000, max_value=1000, max_denominator=100)
maybe = st.none() | numbers


def over(*values, previous=(), below=()) -> Figures:
    def named(row):
        return dict(zip(NAMES, row, strict=False))

    return Figures(named(values), named(previous), named(below))


def terms(children):
    return st.one_of(
        st.tuples(children, st.sampled_from(["+", "-", "*", "/"]), children).map(
            lambda t: f"({t[0]} {t[1]} {t[2]})"
        ),
        children.map(lambda t: f"(-{t})"),
        st.tuples(st.sampled_from(["min", "max"]), children, children).map(
            lambda t: f"{t[0]}({t[1]}, {t[2]})"
        ),
        children.map(lambda t: f"abs({t})"),
    )


leaves = st.sampled_from(NAMES) | st.integers(0, 99).map(str) | st.sampled_from(["0.1", "2.5", "37.3"])
arithmetic = st.recursive(leaves, terms, max_leaves=8)
comparisons = st.tuples(arithmetic, st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), arithmetic).map(
    " ".join
)
truths = st.recursive(
    comparisons,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(lambda t: f"({t[0]}) {t[1]} ({t[2]})"),
        inner.map(lambda t: f"not ({t})"),
        st.tuples(inner, inner, inner).map(lambda t: f"({t[0]}) if ({t[1]}) else ({t[2]})"),
    ),
    max_leaves=4,
)


class _Exact(ast.NodeTransformer):
    """Python's own evaluation of the same text, over fractions."""

    def visit_Constant(self, node):
        return ast.Call(ast.Name("F", ast.Load()), [ast.Constant(repr(node.value))], [])


def by_python(text: str, values) -> object:
    tree = ast.fix_missing_locations(_Exact().visit(ast.parse(text, mode="eval")))
    space = {"F": Fraction, "__builtins__": {}, "min": min, "max": max, "abs": abs}
    return eval(compile(tree, "rule", "eval"), space, dict(zip(NAMES, values, strict=True)))


@settings(max_examples=200, deadline=None)
@given(truths | arithmetic, st.tuples(numbers, numbers, numbers))
def test_what_it_says_is_what_python_says(text, values):
    assume(len(text) <= expressions.MAX_LENGTH)
    try:
        expected = by_python(text, values)
    except ZeroDivisionError:
        assume(False)
    assert expressions.parse(text).value(over(*values)) == expected


@settings(max_examples=150, deadline=None)
@given(truths, st.tuples(maybe, maybe, maybe), st.tuples(numbers, numbers, numbers))
def test_what_is_decided_without_a_figure_stays_so_with_it(text, known, filled):
    """Unknown never turns out as the contrary: filling a gap keeps every decided truth."""
    assume(len(text) <= expressions.MAX_LENGTH)
    rule = expressions.parse_rule(text)
    before = rule.value(over(*known))
    after = rule.value(over(*(f if k is None else k for k, f in zip(known, filled, strict=True))))
    assert before is None or after is None or before == after


@given(st.tuples(maybe, maybe, maybe))
def test_laws_of_three_values(values):
    def says(text):
        return expressions.parse(text).value(over(*values))

    assert says("a < b and b < c") == says("b < c and a < b")
    assert says("not (a < b and b < c)") == says("not a < b or not b < c")
    assert says("not (a < b or b < c)") == says("not a < b and not b < c")
    assert says("not not a < b") == says("a < b")
    assert says("a < b < c") == says("a < b and b < c")
    assert says("filled(a) and filled(b) and filled(c)") is (None not in values)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a == b", None),
        ("a == a", None),
        ("1 == 1 or a > 0", True),
        ("1 == 2 and a > 0", False),
        ("1 == 1 and a > 0", None),
        ("b / 0 > 1", None),
        ("sum(b, c) == 3", True),
        ("sum(a, b) == 3", None),
        ("filled(a) == filled(b)", False),
        ("True", True),
        ("0.1 + 0.2 == 0.3", True),
        ("min(b) == max(b) == 1", True),
        ("(b if filled(a) else c) == 2", True),
    ],
)
def test_examples(text, value):
    assert expressions.parse(text).value(over(None, Fraction(1), Fraction(2))) is value


def test_looks_back_and_below():
    rule = expressions.parse("previous(a) + b == below(c)")
    assert (rule.names, rule.looks) == (frozenset("abc"), frozenset({"previous", "below"}))
    assert rule.value(over(9, Fraction(2), 9, previous=[Fraction(1)], below=[0, 0, Fraction(3)])) is True


UNSAFE = [
    "__import__('os')",
    "a.real",
    "a[0]",
    "[a]",
    "{a}",
    "lambda: 1",
    "(a := 1)",
    "a ** 9",
    "a // b",
    "a % b",
    "a if b",
    "open(a)",
    "sum(a for a in b)",
    "sum(*a)",
    "max(a, key=b)",
    "f'{a}'",
    "a is b",
    "a in b",
    "~a",
    "+a",
    "a @ b",
    "a << b",
    "await a",
    "1j",
    "0x10",
    "1e5",
    "1_000",
    "...",
    "None",
    "previous(a + b)",
    "previous(a, b)",
    "previous()",
    "abs()",
    "abs(a, b)",
    "sum()",
    "a; b",
    "a = b",
    "",
    "  ",
    "a\x00",
    "ａ",
    "数 == 1",
    "a b",
    "12345678901234567890",
]


@pytest.mark.parametrize("text", UNSAFE)
def test_nothing_else_is_allowed(text):
    with pytest.raises(BadExpression):
        expressions.parse(text)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("a + (b > 1)", "6"),
        ("a and b > 1", "1"),
        ("not a", "5"),
        ("(a > 1) < b", "2"),
        ("sum(a, b > 1)", "8"),
    ],
)
def test_numbers_and_truths_are_kept_apart(text, place):
    with pytest.raises(BadExpression, match=place):
        expressions.parse(text)


def test_a_rule_must_be_a_truth():
    with pytest.raises(BadExpression, match="a \\+ b"):
        expressions.parse_rule("a + b")


@pytest.mark.parametrize(
    "text",
    [
        "-" * 499 + "a",
        "(" * 240 + "a" + ")" * 240,
        "not " * 120 + "a > 1",
        "abs(" * 120 + "a" + ")" * 120,
        "+".join("a" * 200),
        "a" * 501,
        "(" * 100 + "a == 1" + ") == (a == 1)" * 30,
    ],
)
def test_too_deep_or_too_long_is_refused(text):
    with pytest.raises(BadExpression):
        expressions.parse(text)


def test_deep_comparisons_are_read_in_one_pass():
    text = "a == b"
    while len(text) < 440:
        text = f"({text}) == (a < b)"
    expressions.parse(text)  # walking each side twice would take 2^30 steps


pieces = st.sampled_from(
    [*"ab()+-*/<>=,.[]{}'\":\\;@%^&|~!#\n\t 01.5_", "and ", "or ", "not ", " if ", " else ", "lambda ", "sum(",
     "previous(", "filled(", "__class__", "eval(", " in ", " is ", "yield ", "await ", "**", "//", ":=", "0x", "e5"]
)  # fmt: skip


@settings(max_examples=500, deadline=None)
@given(st.lists(pieces, max_size=25).map("".join) | st.text(max_size=40))
def test_any_text_is_refused_or_evaluates_safely(text):
    try:
        rule = expressions.parse(text)
    except BadExpression as error:
        assert str(error)
        return
    seen = {type(node) for node in ast.walk(rule._tree)}
    assert not seen & {ast.Attribute, ast.Subscript, ast.Lambda, ast.NamedExpr, ast.ListComp, ast.JoinedStr}
    calls = {node.func.id for node in ast.walk(rule._tree) if isinstance(node, ast.Call)}
    assert calls <= {"previous", "below", "filled", "sum", "min", "max", "abs"}
    result = rule.value(over(Fraction(1), None, Fraction(3)))
    assert result is None or isinstance(result, bool | Fraction)
