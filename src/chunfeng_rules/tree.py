"""The parsed expression: small frozen nodes with units, on which both evaluators walk.

Positions are left out of equality, so that equal sub-expressions of different measures are computed once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from chunfeng_rules.units import Unit


@dataclass(frozen=True, slots=True)
class Node:
    """Any expression; `unit` is what its value is, `at` its character offset in the text."""

    unit: Unit
    at: int = field(compare=False)


@dataclass(frozen=True, slots=True)
class Name(Node):
    """A value by name. `kind`: fact, parameter, step, column (of a group's row), on, area."""

    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class Literal(Node):
    """0, 1 or the code of a choice."""

    value: int | str | date | bool


@dataclass(frozen=True, slots=True)
class Arithmetic(Node):
    """left op right; op is + - * or /."""

    op: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Compare(Node):
    """left op right; op is < <= == != >= or >."""

    op: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Member(Node):
    """Whether a choice is among codes, written out or held by a list parameter."""

    item: Node
    codes: tuple[str, ...]
    parameter: str = ""


@dataclass(frozen=True, slots=True)
class All(Node):
    """and."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Some(Node):
    """or."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not(Node):
    """not."""

    item: Node


@dataclass(frozen=True, slots=True)
class Choose(Node):
    """then if test else other; unknown when the test is."""

    test: Node
    then: Node
    other: Node


@dataclass(frozen=True, slots=True)
class Extreme(Node):
    """min (least) or max of two or more; unknown when one is."""

    least: bool
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Call(Node):
    """A function of dates or areas: days months years year plus_days plus_months within."""

    function: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Look(Node):
    """A table parameter at a choice."""

    parameter: str
    key: Node


def children(node: Node) -> tuple[Node, ...]:
    """The nodes directly below."""
    match node:
        case Arithmetic() | Compare():
            return node.left, node.right
        case Member() | Not():
            return (node.item,)
        case All() | Some() | Extreme():
            return node.items
        case Choose():
            return node.test, node.then, node.other
        case Call():
            return node.arguments
        case Look():
            return (node.key,)
    return ()


def walk(node: Node) -> Iterator[Node]:
    """The node and everything below it, from the left."""
    yield node
    for child in children(node):
        yield from walk(child)


def names(node: Node, kind: str) -> tuple[str, ...]:
    """Names of a kind the expression reads, once each, in order; table and list parameters count as parameters."""
    found: dict[str, None] = {}
    for each in walk(node):
        if isinstance(each, Name) and each.kind == kind:
            found[each.name] = None
        elif kind == "parameter" and isinstance(each, Member | Look) and each.parameter:
            found[each.parameter] = None
    return tuple(found)
