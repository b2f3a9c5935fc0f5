"""What a filing stated, by whom and when, as one SHA-256."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC

from chunfeng.core import crypto
from chunfeng.reporting.models import Revision


def digest(of: Revision, *, sealed_as: str | None = None) -> str:
    """SHA-256 over what was stated, by whom and when, as canonical JSON.

    Personal data goes in as a keyed hash, so that nobody can try out numbers against the digest.
    """
    sealed = sealed_as if sealed_as is not None else sealed_hashes(of)[0]
    content = {
        "obligation": of.obligation_id,
        "number": of.number,
        "zero": of.zero,
        "numbers": of.numbers,
        "texts": of.texts,
        "sealed": sealed,
        "doubts": of.doubts,
        "reason": of.reason,
        "channel": str(of.channel),
        "office": of.office_id,
        "user": of.user_id_at,
        "by": of.by_name,
        "at": of.at.astimezone(UTC).isoformat(),
    }
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def sealed_hashes(of: Revision) -> tuple[str, str]:
    """The keyed hashes the sealed text may have in a digest: under the cipher of now and the other one."""
    return crypto.lookups(of.sealed, "filing") if of.sealed else ("", "")
