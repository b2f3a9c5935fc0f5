"""Every field is classified in docs/privacy.csv, with purpose, source and deletion where it is personal."""

from __future__ import annotations

import csv
from pathlib import Path

from django.apps import apps

from chunfeng.core.crypto import EncryptedTextField

ROOT = Path(__file__).resolve().parents[2]
OURS = {"core", "areas", "offices", "notices", "tasking", "reporting", "people", "benefits"}
CLASSES = {"none", "work", "open", "personal", "sensitive"}
"""work: name and post of an official in office; personal: identifies a private person; sensitive: PIPL art. 28;
open: of a private person, unsealed because the register is searched by it, behind both walls."""


def rows() -> dict[tuple[str, str], dict[str, str]]:
    with (ROOT / "docs" / "privacy.csv").open(encoding="utf-8") as file:
        return {(r["model"], r["field"]): r for r in csv.DictReader(file)}


def fields():
    for model in apps.get_models():
        if model._meta.app_label in OURS and not model._meta.auto_created:
            for field in model._meta.concrete_fields:
                yield model._meta.label_lower, field


def test_every_field_is_classified():
    known = rows()
    there = {(label, field.name) for label, field in fields()}
    assert there - set(known) == set(), "classify these in docs/privacy.csv"
    assert set(known) - there == set(), "these fields are gone"
    assert {r["class"] for r in known.values()} <= CLASSES


def test_personal_fields_name_purpose_basis_and_deletion():
    poor = [
        k
        for k, r in rows().items()
        if r["class"] != "none" and not (r["purpose"] and r["basis"] and r["deletion"])
    ]
    assert poor == []


def test_phones_and_addresses_are_sealed():
    known = rows()
    open_ = [
        key
        for label, field in fields()
        if (key := (label, field.name)) in known
        and known[key]["class"] in {"personal", "sensitive"}
        and not isinstance(field, EncryptedTextField)
    ]
    assert open_ == []
