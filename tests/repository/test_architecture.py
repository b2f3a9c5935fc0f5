"""What import-linter cannot see: keys between models, and screens that reach past actions and queries."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from django.apps import apps

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "chunfeng"


def layers() -> dict[str, int]:
    """Room → height; a higher room may point at a lower one."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    rows = next(c for c in contracts if c["id"] == "layers")["layers"]
    return {room.strip(): -i for i, row in enumerate(rows) for room in row.split("|")}


def test_no_key_points_downstream():
    height = layers()
    wrong = []
    for model in apps.get_models():
        room = model._meta.app_label
        if room not in height:
            continue
        for field in model._meta.get_fields():
            target = getattr(field, "related_model", None)
            if target is None or field.auto_created or target._meta.app_label not in height:
                continue
            if height[target._meta.app_label] > height[room]:
                wrong.append(f"{model._meta.label}.{field.name} → {target._meta.label}")
    assert wrong == []


def test_every_app_stands_in_the_layers():
    rooms = {a.name.split(".")[1] for a in apps.get_app_configs() if a.name.startswith("chunfeng.")}
    assert rooms <= set(layers())


def test_screens_and_api_reach_data_only_through_actions_and_queries():
    hits = [
        f"{path.relative_to(ROOT)}:{n}"
        for room in ("web", "api")
        for path in (SOURCE / room).rglob("*.py")
        for n, line in enumerate(path.read_text().splitlines(), 1)
        if re.search(r"\.objects\b", line)
    ]
    assert hits == []


def test_modules_stay_small():
    long = [
        f"{path.relative_to(ROOT)} {count}"
        for path in SOURCE.rglob("*.py")
        if "migrations" not in path.parts and (count := len(path.read_text().splitlines())) > 450
    ]
    assert long == [], "split by noun"


def test_no_registry_address_and_no_machine_path():
    pattern = re.compile(
        "|".join(
            [
                "py" + r"pi\.org",
                "python" + "hosted",
                r"registry\.n" + "pmjs",
                r"deb\.d" + "ebian",
                "/w" + "ork/",
            ]
        )
    )
    hits = []
    for path in ROOT.rglob("*"):
        parts = path.relative_to(ROOT).parts
        if (
            not path.is_file()
            or parts[0] in {".git", ".venv", ".venv-bench", ".tools", "node_modules"}
            or path.stat().st_size > 2e6
        ):
            continue
        if any(
            (p.startswith(".") and p.endswith("_cache")) or p in {"__pycache__", ".hypothesis"} for p in parts
        ):
            continue
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        if pattern.search(text):
            hits.append(str(path.relative_to(ROOT)))
    assert hits == []
