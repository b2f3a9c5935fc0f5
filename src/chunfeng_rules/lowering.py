"""From exact reckoning to whole numbers: how every expression is carried out with integers alone.

A number is `Exact`: a whole numerator, a constant `scale` and perhaps a divisor, all kept apart, so that ratios are
compared by cross-multiplying and nothing is rounded before the measure says so. The same steps are walked by two
algebras: `bounds` (ranges, which prove that nothing overflows) and `batch` (columns of a table).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from math import lcm
from typing import Any

from chunfeng_rules.tree import (
    All,
    Arithmetic,
    Call,
    Choose,
    Compare,
    Extreme,
    Literal,
    Look,
    Member,
    Name,
    Node,
    Not,
    Some,
)


@dataclass(frozen=True, slots=True)
class Exact:
    """num / (scale · den): scale a whole constant, den None for 1."""

    num: Any
    scale: int = 1
    den: Any = None


class Lowering(ABC):
    """Walks a tree and carries it out in an algebra. A number becomes `Exact`, everything else one value."""

    @abstractmethod
    def const(self, value: Any) -> Any:
        """A constant: whole number, code, date or truth."""

    @abstractmethod
    def name(self, node: Name) -> Any:
        """A fact, parameter, step, column, day or area."""

    @abstractmethod
    def look(self, node: Look) -> Any:
        """A table parameter at a key."""

    @abstractmethod
    def member(self, node: Member) -> Any:
        """Whether a choice is in a list."""

    @abstractmethod
    def add(self, left: Any, right: Any) -> Any:
        """Sum of whole numbers."""

    @abstractmethod
    def sub(self, left: Any, right: Any) -> Any:
        """Difference of whole numbers."""

    @abstractmethod
    def mul(self, left: Any, right: Any) -> Any:
        """Product of whole numbers."""

    @abstractmethod
    def divisor(self, value: Any, at: int) -> Any:
        """A whole number that will divide: zero becomes unknown."""

    @abstractmethod
    def floor(self, num: Any, den: Any) -> Any:
        """Quotient of whole numbers that are not negative, rounded down."""

    @abstractmethod
    def compare(self, op: str, left: Any, right: Any, at: int) -> Any:
        """A truth."""

    @abstractmethod
    def every(self, items: list[Any]) -> Any:
        """and."""

    @abstractmethod
    def some(self, items: list[Any]) -> Any:
        """or."""

    @abstractmethod
    def negate(self, item: Any) -> Any:
        """not."""

    @abstractmethod
    def choose(self, test: Any, then: Any, other: Any) -> Any:
        """then or other; unknown when the test is."""

    @abstractmethod
    def call(self, function: str, arguments: list[Any], at: int) -> Any:
        """A function of dates; numbers come as whole numbers."""

    @abstractmethod
    def within(self, inside: Any, parameter: str) -> Any:
        """Whether an area lies in the one a parameter names."""

    def test(self, value: Any, node: Node) -> Any:
        """A truth that is about to be used several times (a place to share it)."""
        return value

    def operand(self, value: Any, node: Node) -> Any:
        """A number that is about to be used several times (a place to share it)."""
        return value

    def pick(self, least: bool, first: Any, one: Any, other: Any) -> Any:
        """The lesser or greater of two; `first` is the truth that it is `one`."""
        return self._choose(first, one, other)

    def lower(self, node: Node) -> Any:
        """Carry out a tree."""
        match node:
            case Name():
                return self.name(node)
            case Literal(value=value):
                return Exact(self.const(value)) if node.unit.kind == "number" else self.const(value)
            case Arithmetic(op=op, left=left, right=right):
                return self._arithmetic(op, self.lower(left), self.lower(right), node.at)
            case Compare(op=op, left=left, right=right):
                return self._compare(op, self.lower(left), self.lower(right), node.at)
            case All(items=items):
                return self.every([self.lower(i) for i in items])
            case Some(items=items):
                return self.some([self.lower(i) for i in items])
            case Not(item=item):
                return self.negate(self.lower(item))
            case Choose(test=test, then=then, other=other):
                asked = self.test(self.lower(test), test)
                return self._choose(asked, self.lower(then), self.lower(other))
            case Extreme(least=least, items=items):
                values = [self.operand(self.lower(i), i) for i in items]
                best = values[0]
                for value in values[1:]:
                    first = self._compare("<=" if least else ">=", best, value, node.at)
                    best = self.pick(least, first, best, value)
                return best
            case Call(function="within", arguments=(inside, Name(name=parameter))):
                return self.within(self.lower(inside), parameter)
            case Call(function=function, arguments=arguments):
                found = self.call(function, [self._plain(self.lower(a)) for a in arguments], node.at)
                return Exact(found) if node.unit.kind == "number" else found
            case Look():
                return self.look(node)
            case Member():
                return self.member(node)
        raise TypeError(node)  # pragma: no cover

    def _plain(self, value: Any) -> Any:
        return value.num if isinstance(value, Exact) else value

    def _times(self, value: Any, factor: int) -> Any:
        return value if factor == 1 else self.mul(value, self.const(factor))

    def _den(self, left: Any, right: Any) -> Any:
        if left is None or right is None:
            return right if left is None else left
        return self.mul(left, right)

    def _arithmetic(self, op: str, left: Exact, right: Exact, at: int) -> Exact:
        if op == "*":
            return Exact(
                self.mul(left.num, right.num), left.scale * right.scale, self._den(left.den, right.den)
            )
        if op == "/":
            under = self.divisor(right.num, at)
            num = self._times(left.num, right.scale)
            num = num if right.den is None else self.mul(num, right.den)
            return Exact(num, left.scale, under if left.den is None else self.mul(left.den, under))
        one, other, scale = self._scaled(left, right)
        one = one if right.den is None else self.mul(one, right.den)
        other = other if left.den is None else self.mul(other, left.den)
        return Exact((self.add if op == "+" else self.sub)(one, other), scale, self._den(left.den, right.den))

    def _scaled(self, left: Exact, right: Exact) -> tuple[Any, Any, int]:
        scale = lcm(left.scale, right.scale)
        return self._times(left.num, scale // left.scale), self._times(right.num, scale // right.scale), scale

    def _compare(self, op: str, left: Any, right: Any, at: int) -> Any:
        if not isinstance(left, Exact):
            return self.compare(op, left, right, at)
        one, other, _ = self._scaled(left, right)
        one = one if right.den is None else self.mul(one, right.den)
        other = other if left.den is None else self.mul(other, left.den)
        return self.compare(op, one, other, at)

    def _choose(self, test: Any, left: Any, right: Any) -> Any:
        if not isinstance(left, Exact):
            return self.choose(test, left, right)
        one, other, scale = self._scaled(left, right)
        den = None
        if left.den is not None or right.den is not None:
            unit = self.const(1)
            den = self.choose(
                test, unit if left.den is None else left.den, unit if right.den is None else right.den
            )
        return Exact(self.choose(test, one, other), scale, den)

    def rounded(self, value: Exact, rounding: str, to: int = 1) -> Any:
        """The whole number of a value: half_up, down or up to a multiple of `to`; "" where it is whole by its form."""
        if not rounding:
            return value.num
        under = self.const(value.scale * to)
        under = under if value.den is None else self.mul(under, value.den)
        match rounding:
            case "down":
                whole = self.floor(value.num, under)
            case "up":
                whole = self.floor(self.sub(self.add(value.num, under), self.const(1)), under)
            case _:
                two = self.const(2)
                whole = self.floor(self.add(self.mul(value.num, two), under), self.mul(under, two))
        return self._times(whole, to)
