"""Forms as YAML files: read with the line of every trouble, written for people to read."""

from __future__ import annotations

import re
from typing import Any

import yaml
from django.utils.translation import gettext as _

from chunfeng.reporting.definition.dumping import dump, for_people
from chunfeng.reporting.definition.parsing import BadForm, parse
from chunfeng.reporting.definition.shape import FormDefinition

MAX_SIZE = 200_000
"""A form of 400 cells with long hints takes half of it; one of 1 MB would keep a worker busy for a quarter minute."""


def load_yaml(data: bytes | str) -> FormDefinition:
    """The definition in a YAML file. Raises `BadForm`: broken YAML by line, a wrong entry by its place."""
    return parse(plain(data))


def plain(data: bytes | str) -> Any:
    """The plain data of a YAML file, unchecked. Raises `BadForm` with line and column where it is broken."""
    if len(data) > MAX_SIZE:
        raise BadForm([_("The file is larger than %(n)s KB: this is no form.") % {"n": MAX_SIZE // 1000}])
    try:
        text = data.decode("utf-8-sig") if isinstance(data, bytes) else data
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise BadForm(
            [_("line %(line)s: the file is not in UTF-8; save it as UTF-8") % {"line": line}]
        ) from None
    try:
        return yaml.load(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = {
            "line": mark.line + 1 if mark else 1,
            "column": mark.column + 1 if mark else 1,
            "problem": error.problem or error.context or "",
        }
        raise BadForm(
            [_("line %(line)s, column %(column)s: the YAML is broken (%(problem)s)") % place]
        ) from None
    except yaml.reader.ReaderError as error:
        line = text[: error.position].count("\n") + 1
        raise BadForm([_("line %(line)s: a character that no YAML file may hold") % {"line": line}]) from None
    except (RecursionError, ValueError):
        raise BadForm(
            [_("The file is nested too deeply or holds an endless number: this is no form.")]
        ) from None


def dump_yaml(form: FormDefinition) -> str:
    """The file of a definition: `load_yaml(dump_yaml(form)) == form`."""
    return yaml.dump(for_people(dump(form)), Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=110)


class _Loader(yaml.SafeLoader):
    """Refuses a key that stands twice, and aliases (a small file could unfold to a huge one)."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            event = self.peek_event()
            raise yaml.constructor.ConstructorError(None, None, "aliases are not used here", event.start_mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        seen: set[Any] = set()
        for key, _value in node.value:
            name = key.value if isinstance(key, yaml.ScalarNode) else None
            if name is not None and name in seen:
                raise yaml.constructor.ConstructorError(None, None, f"“{name}” stands twice", key.start_mark)
            seen.add(name)
        return super().construct_mapping(node, deep)


_Loader.yaml_implicit_resolvers = {}
# codes, clock times and days stay texts: YAML 1.1 would read no, 17:00, 007 and 2020-01-24 as something else
for _tag, _pattern, _first in (
    ("null", r"(~|null|)", ["~", "n", ""]),
    ("bool", r"(true|false)", list("tf")),
    ("int", r"-?(0|[1-9][0-9]*)", list("-0123456789")),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern + r"\Z"), _first)


class _Dumper(yaml.SafeDumper):
    """Short entries on one line, long texts in blocks, lists indented."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> Any:
        return super().increase_indent(flow, False)


def _mapping(dumper: yaml.SafeDumper, data: dict[str, Any]) -> Any:
    short = bool(data) and all(isinstance(value, str | int) for value in data.values())
    short = short and sum(len(str(key)) + len(str(value)) + 4 for key, value in data.items()) < 90
    return dumper.represent_mapping("tag:yaml.org,2002:map", data.items(), flow_style=short)


_Dumper.add_representer(dict, _mapping)
