"""Every command of the command line and every make target is documented."""

from __future__ import annotations

import re
from pathlib import Path

import typer

from chunfeng import cli

ROOT = Path(__file__).resolve().parents[2]


def commands() -> set[str]:
    root = typer.main.get_command(cli.app)
    found = set()
    for name in root.list_commands(None):
        command = root.get_command(None, name)
        children = getattr(command, "commands", {})
        found |= {f"chunfeng {name} {child}" for child in children} or {f"chunfeng {name}"}
    return found


def test_every_command_is_documented():
    manual = (ROOT / "docs/how-to/commands.md").read_text(encoding="utf-8")
    assert {c for c in commands() if f"`{c}" not in manual} == set()


def test_every_make_target_explains_itself():
    makefile = (ROOT / "Makefile").read_text()
    targets = re.search(r"^\.PHONY: (.*)$", makefile, re.M).group(1).split()
    assert [t for t in targets if t != "clean" and not re.search(rf"^{t}:.*## \w", makefile, re.M)] == []
