"""One import in a process of its own, so that its memory is its own: `python -m bench.people_child WAY …`.

Ways: `ours FILE POSTING DATASET`, `go-on RUN` and the names of `bench.people_peers.WAYS`. The last line of the
output is JSON with seconds from the file on the disk to the last row settled, and the peak memory with readers.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path
from typing import Any


def ours(path: Path, posting_id: int, dataset_id: int) -> int:
    """The file as an office takes it in: stored, read, settled row by row. Gives the run."""
    from django.utils import timezone

    from chunfeng.core import scope
    from chunfeng.offices.models import Posting
    from chunfeng.offices.queries import actor_for
    from chunfeng.people.actions import imports
    from chunfeng.people.models import Dataset

    by, now = actor_for(Posting.objects.get(pk=posting_id)), timezone.now()
    with scope.applied(by):
        run = imports.start(
            data=path.read_bytes(), name=path.name, dataset=Dataset.objects.get(pk=dataset_id), by=by, at=now
        )
    print(json.dumps({"run": run.pk}), flush=True)
    imports.run(run.pk, at=now)
    return int(run.pk)


def main(way: str, *given: str) -> None:
    import django

    django.setup()
    from django.utils import timezone

    from bench import people_peers as peers
    from chunfeng.people.actions import imports

    now = timezone.now()
    began = time.perf_counter()
    if way == "ours":
        done: Any = ours(Path(given[0]), int(given[1]), int(given[2]))
    elif way == "go-on":
        done = imports.run(int(given[0]), at=now)
    else:
        done = peers.WAYS[way](Path(given[0]), int(given[2]), now)
    taken = time.perf_counter() - began
    peak = sum(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    print(json.dumps({"seconds": taken, "peak_mb": peak / 1024, "done": str(done)}), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
