"""Programmes measured in a process of their own, so that their peak of memory is their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]


def run(module: str, *given: object, python: Path | str = sys.executable) -> dict[str, Any]:
    """Run `python -m module given…`; its last line is JSON. Raises RuntimeError with what it said when it fails."""
    done = subprocess.run(
        [str(python), "-m", module, *map(str, given)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    if done.returncode:
        raise RuntimeError(f"{module} {given}: {done.stderr[-3_000:]}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def peak_mb() -> float:
    """The most memory this process has held, in MB; of a Linux process since it began its programme."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(x for x in status.read_text().splitlines() if x.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
