"""An environment of its own for what we are measured against: `.venv-bench`, made from requirements/bench.txt.

Nothing of it stands in the requirements for running or testing. It is made when a benchmark first asks for it.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
WANTED = ROOT / "requirements" / "bench.txt"
FOLDER = ROOT / ".venv-bench"


def python() -> Path:
    """The interpreter of the environment, made or renewed where the hashed requirements have changed."""
    found, mark = FOLDER / "bin" / "python", FOLDER / ".made-from"
    wanted = hashlib.sha256(WANTED.read_bytes()).hexdigest()
    if found.exists() and mark.exists() and mark.read_text() == wanted:
        return found
    uv = ROOT / ".tools" / "bin" / "uv"
    if uv.exists():
        _run(uv, "venv", "--quiet", "--clear", "--python", sys.executable, FOLDER)
        _run(uv, "pip", "sync", "--quiet", "--require-hashes", "--python", found, WANTED)
    else:
        _run(sys.executable, "-m", "venv", "--clear", FOLDER)
        _run(found, "-m", "pip", "install", "--quiet", "--require-hashes", "-r", WANTED)
    mark.write_text(wanted)
    return found


def _run(*command: object) -> None:
    subprocess.run([str(c) for c in command], check=True, cwd=ROOT, stdout=sys.stderr)
