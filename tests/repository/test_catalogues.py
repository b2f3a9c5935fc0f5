"""Both catalogues are complete, compiled, and ask for the same placeholders as their msgids."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from babel.messages import mofile, pofile

ROOT = Path(__file__).resolve().parents[2]
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|%[sd]")


def catalogue(locale: str):
    with (ROOT / f"src/chunfeng/locale/{locale}/LC_MESSAGES/django.po").open("rb") as file:
        return pofile.read_po(file, locale=locale)


def texts(messages) -> dict[tuple[str | None, tuple[str, ...]], tuple[str, ...]]:
    """(context, ids) → strings of every translated message."""

    def several(value) -> tuple[str, ...]:
        return (value,) if isinstance(value, str) else tuple(value)

    def context(value) -> str | None:  # compiled catalogues give it as bytes
        return value.decode() if isinstance(value, bytes) else value

    told = (m for m in messages if m.id and m.string and any(m.string))
    return {(context(m.context), several(m.id)): several(m.string) for m in told}


def test_every_text_has_its_chinese():
    ran = subprocess.run(
        [sys.executable, str(ROOT / "tools/messages.py"), "check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_placeholders_agree():
    wrong = []
    for message in catalogue("zh_Hans"):
        if not message.id:
            continue
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        strings = message.string if isinstance(message.string, tuple) else (message.string,)
        wanted = {m.group() for m in PLACEHOLDER.finditer(ids[-1])}
        if any({m.group() for m in PLACEHOLDER.finditer(s)} != wanted for s in strings):
            wrong.append(ids[0])
    assert wrong == []


def test_compiled_catalogues_are_up_to_date():
    for locale in ("zh_Hans", "en"):
        with (ROOT / f"src/chunfeng/locale/{locale}/LC_MESSAGES/django.mo").open("rb") as file:
            compiled = texts(mofile.read_mo(file))
        assert compiled == texts(catalogue(locale)), f"{locale}: run make messages"
