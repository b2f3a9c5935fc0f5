"""YAML with places: every mapping, list and word knows its file, line and column. Nothing but text is made."""

from __future__ import annotations

from collections.abc import Iterator

import yaml

from chunfeng_rules.texts import BadMeasure, Finding, Place, Text, Trouble

MAX_BYTES, MAX_DEPTH = 400_000, 20
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Marked:
    """One YAML node with its place."""

    def __init__(self, node: yaml.Node, file: str, source: str) -> None:
        self.node, self.file, self.source = node, file, source

    @property
    def place(self) -> Place:
        """Where it begins."""
        return Place(self.file, self.node.start_mark.line + 1, self.node.start_mark.column + 1)

    def inside(self, offset: int | None) -> Place:
        """The place of a character of this word; of its beginning where the word was folded or escaped."""
        if offset is None or not isinstance(self.node, yaml.ScalarNode):
            return self.place
        start, end = self.node.start_mark, self.node.end_mark
        written = self.source.split("\n")[start.line : end.line + 1]
        if start.line == end.line and self.node.value in written[0]:
            column = written[0].index(self.node.value, start.column)
            return Place(self.file, start.line + 1, column + offset + 1)
        if self.node.style in ("|",):
            lines = self.node.value[:offset].split("\n")
            line = start.line + len(lines)
            text = self.source.split("\n")[line] if line < len(self.source.split("\n")) else ""
            return Place(self.file, line + 1, len(text) - len(text.lstrip()) + len(lines[-1]) + 1)
        return self.place

    def finding(self, trouble: Trouble) -> Finding:
        """What is wrong, at its place."""
        return Finding(trouble.says, self.inside(trouble.at))

    @property
    def is_word(self) -> bool:
        """Whether it is a single word or text."""
        return isinstance(self.node, yaml.ScalarNode)

    def word(self) -> str:
        """Its text. Raises Trouble when it is a list or mapping."""
        if not isinstance(self.node, yaml.ScalarNode):
            raise Trouble("此处应为一个值", "a single value is needed here")
        return str(self.node.value)

    def items(self) -> list[Marked]:
        """The members of a list; a single word is a list of one."""
        if isinstance(self.node, yaml.SequenceNode):
            return [Marked(n, self.file, self.source) for n in self.node.value]
        if isinstance(self.node, yaml.ScalarNode):
            return [self]
        raise Trouble("此处应为列表", "a list is needed here")

    def fields(self, allowed: tuple[str, ...] = (), needed: tuple[str, ...] = ()) -> dict[str, Marked]:
        """The entries of a mapping. Raises Trouble for a name twice, one not allowed, or one that is missing."""
        if not isinstance(self.node, yaml.MappingNode):
            raise Trouble("此处应为“名称: 值”", "“name: value” entries are needed here")
        found: dict[str, Marked] = {}
        for key, value in self.node.value:
            name = str(key.value)
            if not isinstance(key, yaml.ScalarNode) or name in found:
                raise Placed(
                    Marked(key, self.file, self.source), f"“{name}”重复", f"“{name}” stands here twice"
                )
            if allowed and name not in allowed:
                raise Placed(
                    Marked(key, self.file, self.source),
                    f"不认识的“{name}”；可用：{'、'.join(allowed)}",
                    f"“{name}” is not known here; known are {', '.join(allowed)}",
                )
            found[name] = Marked(value, self.file, self.source)
        for name in needed:
            if name not in found:
                raise Trouble(f"缺少“{name}”", f"“{name}” is missing")
        return found

    def __iter__(self) -> Iterator[Marked]:
        return iter(self.items())


class Placed(Trouble):
    """A trouble that knows its own place."""

    def __init__(self, mark: Marked, zh: str, en: str) -> None:
        super().__init__(zh, en)
        self.place = mark.place


def _at(file: str, event: yaml.Event) -> Place:
    mark = event.start_mark
    return Place(file, mark.line + 1, mark.column + 1) if mark else Place(file, 1, 1)


def compose(text: str, file: str) -> Marked:
    """The top mapping of a YAML text. Raises BadMeasure for what is no YAML, aliases and oversize files."""
    here = Place(file, 1, 1)
    if len(text.encode("utf-8", "replace")) > MAX_BYTES:
        raise BadMeasure([Finding(Text("文件过大", f"the file is larger than {MAX_BYTES} bytes"), here)])
    try:
        depth = 0
        for event in yaml.parse(text, Loader=_Loader):
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > MAX_DEPTH:
                at = _at(file, event)
                raise BadMeasure([Finding(Text("嵌套过深", "nested too deeply"), at)])
            if isinstance(event, yaml.AliasEvent):
                at = _at(file, event)
                raise BadMeasure([Finding(Text("不用别名（*）", "aliases (*) are not used here"), at)])
        node = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        at = Place(file, mark.line + 1, mark.column + 1) if mark else here
        says = Text(f"不是有效的YAML：{error.problem}", f"this is not valid YAML: {error.problem}")
        raise BadMeasure([Finding(says, at)]) from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        says = Text("不是有效的YAML文本", f"this is not valid YAML text: {error}".splitlines()[0])
        raise BadMeasure([Finding(says, here)]) from None
    if not isinstance(node, yaml.MappingNode):
        raise BadMeasure([Finding(Text("文件为空", "the file holds no measure"), here)])
    return Marked(node, file, text)
