"""Every model and every role, level and state has its line in GLOSSARY.md, in English and Chinese."""

from __future__ import annotations

from pathlib import Path

from django.apps import apps
from django.utils import translation

ROOT = Path(__file__).resolve().parents[2]


def lines() -> dict[str, str]:
    rows = [x.split("|") for x in (ROOT / "GLOSSARY.md").read_text(encoding="utf-8").splitlines() if x.startswith("|")]
    return {row[1].strip().lower(): row[2].strip() for row in rows if len(row) >= 4}


def test_every_model_is_in_the_glossary():
    known = lines()
    gone = []
    for model in apps.get_models():
        if model._meta.app_label not in {"core", "areas", "offices", "notices", "tasking", "web", "api"}:
            continue
        if model._meta.auto_created:
            continue
        with translation.override("en"):
            english = str(model._meta.verbose_name).lower()
        with translation.override("zh-hans"):
            chinese = str(model._meta.verbose_name)
        if known.get(english) != chinese:
            gone.append(f"| {english} | {chinese} | … |  (now: {known.get(english)})")
    assert gone == []
