"""Every act that is recorded has a name on the audit page."""

from __future__ import annotations

import re
from pathlib import Path

from chunfeng.web.audit.verbs import NAMES

SOURCE = Path(__file__).resolve().parents[2] / "src" / "chunfeng"
CALL = re.compile(r"\brecord(?:_read|_export|_access)?\(\s*\"([a-z_]+\.[a-z_]+)\"")


def test_every_recorded_act_has_a_name():
    acts = {act for path in SOURCE.rglob("*.py") for act in CALL.findall(path.read_text(encoding="utf-8"))}
    assert len(acts) > 60
    assert sorted(acts - set(NAMES)) == []
