"""Every template is used, and every template that is named exists."""

from __future__ import annotations

import re
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2] / "src" / "chunfeng"
NAME = re.compile(r"""["']((?:web|api)/[\w/.-]+\.(?:html|txt|svg|xml))["']""")

BY_DJANGO = {"404.html", "403_csrf.html", "500.html"}
"""Named by the framework."""


def test_templates_and_their_names_agree():
    there = {
        str(path.relative_to(folder)).replace("\\", "/")
        for folder in SOURCE.rglob("templates")
        for path in folder.rglob("*.*")
    }
    named = {
        name
        for path in SOURCE.rglob("*")
        if path.suffix in {".py", ".html", ".txt", ".svg"}
        for name in NAME.findall(path.read_text(encoding="utf-8"))
    }
    assert there - named - BY_DJANGO == set(), "nobody uses these"
    static = {
        str(path.relative_to(folder)).replace("\\", "/")
        for folder in SOURCE.rglob("static")
        for path in folder.rglob("*.*")
    }
    assert named - there - static == set(), "these do not exist"
