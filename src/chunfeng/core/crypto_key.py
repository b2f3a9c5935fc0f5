"""The installation's one secret, from which all others are derived. No Django, so settings may use it."""

from __future__ import annotations

import os
from pathlib import Path


def load_key(path: Path) -> bytes:
    """32 bytes from `CHUNFENG_KEY` (64 hexadecimal digits) or from the file, made with mode 600 the first time.

    Raises ValueError when either is not 32 bytes.
    """
    named = os.environ.get("CHUNFENG_KEY")
    if not named:
        if not path.exists():
            _make(path)
        named = path.read_text().strip()
    key = bytes.fromhex(named)
    if len(key) != 32:
        raise ValueError(f"CHUNFENG_KEY, or else {path}, must hold 64 hexadecimal digits (32 bytes).")
    return key


def _make(path: Path) -> None:
    """Write a new key in full before it appears under its name, so that two first starts agree on one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(f".{os.getpid()}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(os.urandom(32).hex())
    try:
        os.link(fresh, path)
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
