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


def test_every_text_has_its_chinese():
    ran = subprocess.run(
        [sys.executable, str(ROOT / "tools/messages.py"), "check"], capture_output=True, text=True, check=False
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
        if any({m.group() for m in PLACEHOLDER.finditer(s)} - wanted for s in strings):
            wrong.append(ids[0])
    assert wrong == []


def test_compiled_catalogues_are_up_to_date():
    for locale in ("zh_Hans", "en"):
        with (ROOT / f"src/chunfeng/locale/{locale}/LC_MESSAGES/django.mo").open("rb") as file:
            compiled = {m.id: m.string for m in mofile.read_mo(file) if m.id}
        source = {m.id: m.string for m in catalogue(locale) if m.id and (any(m.string) if m.string else False)}
        assert {str(k) for k in source} == {str(k) for k in compiled}, f"{locale}: run make messages"
