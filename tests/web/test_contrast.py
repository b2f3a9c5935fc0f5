"""Colours of the one design system keep the contrast that WCAG 2.1 AA asks for."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TOKENS = Path(__file__).resolve().parents[2] / "src" / "chunfeng" / "web" / "static" / "web" / "tokens.css"
COLOURS = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", TOKENS.read_text(encoding="utf-8")))
TEXT = [
    *((ink, ground) for ink in ("ink", "ink-2", "ink-3", "link") for ground in ("paper", "ground")),
    ("ink-2", "sunken"), ("ink-2", "warn-soft"), ("on-brand", "brand"), ("brand-ink", "paper"),
    *((tone, f"{tone}-soft") for tone in ("good", "warn", "bad", "info")),
]  # fmt: skip


def luminance(colour: str) -> float:
    """Relative luminance of "#rrggbb" (WCAG 2.1)."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(COLOURS[one]), luminance(COLOURS[other])), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(("ink", "ground"), TEXT)
def test_words_are_readable(ink, ground):
    assert contrast(ink, ground) >= 4.5


def test_borders_of_fields_are_seen():
    assert contrast("line-strong", "paper") >= 3
