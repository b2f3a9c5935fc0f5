"""Expressions: a small safe subset of Python syntax, read once into a tree whose units have been checked.

Python's own parser makes the syntax tree; every node of it is then looked at, and whatever is not on the list is
refused with its place. Nothing is ever executed.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field, replace

from chunfeng_rules.texts import Trouble
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
from chunfeng_rules.units import AREA, DATE, YES_NO, Unit, number, times

MAX_LENGTH, MAX_DEPTH = 2_000, 40
_TOKEN = re.compile(r"""\s+|[01](?![\w.])|[A-Za-z_]\w*|"[\w-]*"|'[\w-]*'|[<>=!]=|[-+*/()<>,\[\]]""", re.ASCII)
_COMPARE: dict[type[ast.cmpop], str] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}
_ARITHMETIC: dict[type[ast.operator], str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
_COUNTS = {"days": number({"days": 1}), "months": number({"months": 1}), "years": number({"years": 1})}
_YEAR = number({"years": 1}, name="year")
_LOOSE = Unit("loose")
FUNCTIONS = ("min", "max", "days", "months", "years", "year", "plus_days", "plus_months", "within")
RESERVED = {*FUNCTIONS, "on", "area", "and", "or", "not", "if", "else", "in", "is", "yes", "no"}


@dataclass(frozen=True)
class Scope:
    """The names an expression may use: name → (kind, unit); tables → (unit, key's unit); lists → unit of a member."""

    values: dict[str, tuple[str, Unit]] = field(default_factory=dict)
    tables: dict[str, tuple[Unit, Unit]] = field(default_factory=dict)
    lists: dict[str, Unit] = field(default_factory=dict)

    def known(self) -> set[str]:
        """Every name of the scope."""
        return {*self.values, *self.tables, *self.lists}


def parse(text: str, scope: Scope, unit: Unit | None = None) -> Node:
    """Read an expression; with `unit` it must be of that unit. Raises Trouble with the offset in the text."""
    if len(text) > MAX_LENGTH:
        raise Trouble(
            f"表达式超过{MAX_LENGTH}字", f"the expression is longer than {MAX_LENGTH} characters", 0
        )
    if not text.strip():
        raise Trouble("表达式为空", "the expression is empty", 0)
    _tokens(text)
    try:
        # Brackets let an expression run over several lines; they take the place of the first character's column.
        top = ast.parse(f"({text}\n)", mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise Trouble(
            "表达式写法有误", "the expression cannot be read here", _error_at(text, error)
        ) from None
    reader = _Reader(text, scope)
    node = reader.read(top, 0)
    if unit is not None:
        node = reader.tight(node, unit)
        if not node.unit.same(unit):
            raise Trouble(
                f"此处应为{describe(unit)[0]}，实为{describe(node.unit)[0]}",
                f"this should be {describe(unit)[1]} and is {describe(node.unit)[1]}",
                node.at,
            )
    elif node.unit is _LOOSE:
        raise Trouble("数值须作为参数并注明条款", "a number must be a parameter with a clause", node.at)
    return node


def describe(unit: Unit) -> tuple[str, str]:
    """What a unit is called in Chinese and English, for messages."""
    if unit.kind == "number":
        over = "*".join(b if e == 1 else f"{b}^{e}" for b, e in unit.dims if e > 0)
        under = "".join(f"/{b}" if e == -1 else f"/{b}^{-e}" for b, e in unit.dims if e < 0)
        name = (over or "1") + under if unit.dims else "rate"
        return name, name
    kinds = {
        "date": ("日期", "a date"),
        "yes_no": ("是否", "a truth (yes or no)"),
        "area": ("区划", "an area"),
        "loose": ("数字", "a number"),
    }
    return kinds.get(unit.kind) or (
        f"选项（{'、'.join(unit.options)}）",
        f"a choice of {', '.join(unit.options)}",
    )


def _tokens(text: str) -> None:
    """Only the words and signs of this language reach Python's parser."""
    place = 0
    while place < len(text):
        token = _TOKEN.match(text, place)
        if token is None:
            if text[place].isdigit():
                raise Trouble(
                    "条件中不写数字：请改为参数并注明条款（只可写0和1）",
                    "no bare numbers here: make it a parameter with a clause (only 0 and 1 may be written)",
                    place,
                )
            raise Trouble(
                f"不认识的符号“{text[place]}”", f"“{text[place]}” is not part of the language", place
            )
        place = token.end()


def _error_at(text: str, error: Exception) -> int:
    line, column = getattr(error, "lineno", None) or 1, getattr(error, "offset", None) or 1
    lines = text.split("\n")
    if line > len(lines):
        return len(text)
    before = sum(len(x) + 1 for x in lines[: line - 1])
    return max(0, min(before + column - 1 - (line == 1), len(text)))


class _Reader:
    """Walks Python's tree once and builds ours."""

    def __init__(self, text: str, scope: Scope) -> None:
        self.scope = scope
        self.starts = [0]
        for line in text.split("\n"):
            self.starts.append(self.starts[-1] + len(line) + 1)

    def at(self, node: ast.AST) -> int:
        """Offset in the text; column 0 of the first line is the bracket that was added."""
        line = getattr(node, "lineno", 1)
        return max(0, self.starts[line - 1] + int(getattr(node, "col_offset", 0)) - (line == 1))

    def read(self, node: ast.expr, depth: int) -> Node:
        """Our node for Python's; refuses what is not on the list."""
        at = self.at(node)
        if depth > MAX_DEPTH:
            raise Trouble("表达式嵌套过深，请拆成步骤（steps）", "nested too deeply: split it into steps", at)
        match node:
            case ast.Name(id=name):
                return self.name(name, at)
            case ast.Constant(value=value):
                return self.constant(value, at)
            case ast.BinOp(left=left, op=operator, right=right) if type(operator) in _ARITHMETIC:
                sides = self.read(left, depth + 1), self.read(right, depth + 1)
                return self.arithmetic(_ARITHMETIC[type(operator)], *sides, at)
            case ast.Compare():
                return self.comparison(node, depth, at)
            case ast.BoolOp(op=operator, values=values):
                items = tuple(self.truth(self.read(v, depth + 1)) for v in values)
                kind = All if isinstance(operator, ast.And) else Some
                return kind(YES_NO, at, items)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return Not(YES_NO, at, self.truth(self.read(operand, depth + 1)))
            case ast.IfExp(test=test, body=body, orelse=orelse):
                asked = self.truth(self.read(test, depth + 1))
                then, other = self.alike(self.read(body, depth + 1), self.read(orelse, depth + 1))
                return Choose(then.unit, at, asked, then, other)
            case ast.Call(func=ast.Name(id=function), args=arguments, keywords=[]):
                return self.call(function, [self.read(a, depth + 1) for a in arguments], at)
            case ast.Subscript(value=ast.Name(id=name), slice=key):
                return self.look(name, self.read(key, depth + 1), at)
        raise Trouble("此写法不在允许范围内", "this is not part of the language", at)

    def name(self, name: str, at: int) -> Node:
        if name in self.scope.values:
            kind, unit = self.scope.values[name]
            return Name(unit, at, name, kind)
        if name == "on":
            return Name(DATE, at, "on", "on")
        if name == "area":
            return Name(AREA, at, "area", "area")
        if name in self.scope.tables:
            raise Trouble(
                f"“{name}”是表，请写 {name}[选项]", f"“{name}” is a table: write {name}[choice]", at
            )
        if name in self.scope.lists:
            raise Trouble(f"“{name}”是名单，请写 x in {name}", f"“{name}” is a list: write x in {name}", at)
        raise Trouble(f"未声明的名称“{name}”", f"“{name}” is not declared above", at)

    def constant(self, value: object, at: int) -> Node:
        if isinstance(value, str):
            return Literal(_LOOSE, at, value)
        if type(value) is int and value in (0, 1):
            return Literal(_LOOSE, at, value)
        raise Trouble("此写法不在允许范围内", "this is not part of the language", at)

    def tight(self, node: Node, unit: Unit) -> Node:
        """A bare 0, 1 or code takes the unit of what it stands beside."""
        if node.unit is not _LOOSE:
            return node
        assert isinstance(node, Literal)
        if isinstance(node.value, str):
            if unit.kind != "choice":
                raise Trouble(
                    f"“{node.value}”只能与选项比较", f"“{node.value}” can only meet a choice", node.at
                )
            if node.value not in unit.options:
                raise Trouble(
                    f"“{node.value}”不在选项中：{'、'.join(unit.options)}",
                    f"“{node.value}” is not among {', '.join(unit.options)}",
                    node.at,
                )
        elif unit.kind != "number":
            raise Trouble("数字不能用在此处", "a number does not belong here", node.at)
        return replace(node, unit=number(unit.dims) if unit.kind == "number" else unit)

    def alike(self, left: Node, right: Node) -> tuple[Node, Node]:
        """Both sides with one unit, or Trouble."""
        if left.unit is _LOOSE and right.unit is _LOOSE:
            raise Trouble("两边都是数字", "both sides are bare numbers", left.at)
        left, right = self.tight(left, right.unit), self.tight(right, left.unit)
        if not left.unit.same(right.unit):
            one, other = describe(left.unit), describe(right.unit)
            raise Trouble(
                f"单位不一致：{one[0]}与{other[0]}", f"units differ: {one[1]} and {other[1]}", right.at
            )
        return left, right

    def truth(self, node: Node) -> Node:
        if node.unit.kind != "yes_no":
            kind = describe(node.unit)
            raise Trouble(f"此处应为是否，实为{kind[0]}", f"a truth is needed here, not {kind[1]}", node.at)
        return node

    def numeric(self, node: Node) -> Node:
        if node.unit.kind != "number":
            kind = describe(node.unit)
            raise Trouble(f"此处应为数值，实为{kind[0]}", f"a number is needed here, not {kind[1]}", node.at)
        return node

    def arithmetic(self, op: str, left: Node, right: Node, at: int) -> Node:
        if op in "+-":
            left, right = self.alike(left, right)
            self.numeric(left)
            return Arithmetic(number(left.unit.dims), at, op, left, right)
        for side in (left, right):
            if side.unit is _LOOSE:
                raise Trouble(
                    "乘除中的数字须作为参数并注明条款", "a factor must be a parameter with a clause", side.at
                )
            self.numeric(side)
        return Arithmetic(times(left.unit, right.unit, 1 if op == "*" else -1), at, op, left, right)

    def comparison(self, node: ast.Compare, depth: int, at: int) -> Node:
        parts: list[Node] = []
        sides = [node.left, *node.comparators]
        for operator, left, right in zip(node.ops, sides, sides[1:], strict=False):
            first = self.read(left, depth + 1)
            if isinstance(operator, ast.In | ast.NotIn):
                member = self.member(first, right, depth)
                parts.append(Not(YES_NO, first.at, member) if isinstance(operator, ast.NotIn) else member)
                continue
            if type(operator) not in _COMPARE:
                raise Trouble("此写法不在允许范围内", "this is not part of the language", at)
            op = _COMPARE[type(operator)]
            one, other = self.alike(first, self.read(right, depth + 1))
            if op not in ("==", "!=") and one.unit.kind not in ("number", "date"):
                raise Trouble("选项只能比较是否相同", "choices can only be equal or not", other.at)
            parts.append(Compare(YES_NO, first.at, op, one, other))
        return parts[0] if len(parts) == 1 else All(YES_NO, at, tuple(parts))

    def member(self, item: Node, right: ast.expr, depth: int) -> Node:
        at = self.at(right)
        if isinstance(right, ast.Name) and right.id in self.scope.lists:
            unit = self.scope.lists[right.id]
            item = self.tight(item, unit)
            if not item.unit.same(unit):
                raise Trouble("名单与所查选项不同", "the list is one of another choice", at)
            return Member(YES_NO, item.at, item, (), right.id)
        if not isinstance(right, ast.Tuple | ast.List):
            raise Trouble("in 之后应为名单或括号内的选项", "after “in” comes a list or codes in brackets", at)
        if item.unit.kind != "choice":
            raise Trouble("in 只用于选项", "“in” is for choices", item.at)
        codes = []
        for each in right.elts:
            code = self.tight(self.read(each, depth + 1), item.unit)
            if not isinstance(code, Literal) or not isinstance(code.value, str):
                raise Trouble(
                    "括号内只写选项代码", "only codes of the choice belong in the brackets", code.at
                )
            codes.append(code.value)
        return Member(YES_NO, item.at, item, tuple(codes))

    def call(self, function: str, arguments: list[Node], at: int) -> Node:
        if function in ("min", "max"):
            if len(arguments) < 2:
                raise Trouble(f"{function} 至少要两个数", f"{function} needs two values or more", at)
            solid = next((a for a in arguments if a.unit is not _LOOSE), arguments[0])
            items = tuple(self.alike(a, solid)[0] if a is not solid else a for a in arguments)
            if solid.unit.kind not in ("number", "date"):
                raise Trouble(f"{function} 只用于数值或日期", f"{function} is for numbers or dates", at)
            return Extreme(
                solid.unit if solid.unit.kind == "date" else number(solid.unit.dims),
                at,
                function == "min",
                items,
            )
        shapes: dict[str, tuple[Unit, tuple[Unit, ...]]] = {
            **{name: (unit, (DATE, DATE)) for name, unit in _COUNTS.items()},
            "year": (_YEAR, (DATE,)),
            "plus_days": (DATE, (DATE, _COUNTS["days"])),
            "plus_months": (DATE, (DATE, _COUNTS["months"])),
            "within": (YES_NO, (AREA, AREA)),
        }
        if function not in shapes:
            raise Trouble(
                f"没有函数“{function}”；可用：{'、'.join(FUNCTIONS)}",
                f"there is no function “{function}”; known are {', '.join(FUNCTIONS)}",
                at,
            )
        unit, wanted = shapes[function]
        if len(arguments) != len(wanted):
            raise Trouble(f"{function} 要{len(wanted)}个值", f"{function} takes {len(wanted)} values", at)
        fitted = []
        for argument, want in zip(arguments, wanted, strict=True):
            each = self.tight(argument, want)
            if not each.unit.same(want):
                need, have = describe(want), describe(each.unit)
                raise Trouble(
                    f"此处应为{need[0]}，实为{have[0]}", f"this should be {need[1]} and is {have[1]}", each.at
                )
            if want.kind == "number" and (each.unit.scale != 1 or not _whole(each)):
                raise Trouble("此处应为整数", "a whole number is needed here", each.at)
            fitted.append(each)
        if function == "within" and not (isinstance(fitted[1], Name) and fitted[1].kind == "parameter"):
            raise Trouble(
                "within 的第二个值应为参数", "the second value of within is a parameter", fitted[1].at
            )
        return Call(unit, at, function, tuple(fitted))

    def look(self, name: str, key: Node, at: int) -> Node:
        if name not in self.scope.tables:
            raise Trouble(f"“{name}”不是表", f"“{name}” is not a table", at)
        unit, key_unit = self.scope.tables[name]
        key = self.tight(key, key_unit)
        if not key.unit.same(key_unit):
            raise Trouble(f"表“{name}”按其他选项排列", f"the table “{name}” goes by another choice", key.at)
        return Look(unit, at, name, key)


def _whole(node: Node) -> bool:
    """Whether a number is whole by its form: no rate and no division in it."""
    match node:
        case Arithmetic(op="/"):
            return False
        case Arithmetic(left=left, right=right):
            return _whole(left) and _whole(right)
        case Choose(then=then, other=other):
            return _whole(then) and _whole(other)
        case Extreme(items=items):
            return all(_whole(i) for i in items)
    return node.unit.scale == 1
