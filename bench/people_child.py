"""One import in a process of its own, watched from outside: `python -m bench.people_child WAY …`.

Ways: `ours FILE POSTING DATASET`, `go-on RUN` and the names of `bench.people_peers.WAYS`. The last line of the
output is JSON with the seconds from the file on the disk to the last row settled.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path


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
            source=path, name=path.name, dataset=Dataset.objects.get(pk=dataset_id), by=by, at=now
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
        ours(Path(given[0]), int(given[1]), int(given[2]))
    elif way == "go-on":
        imports.run(int(given[0]), at=now)
    else:
        peers.WAYS[way](Path(given[0]), int(given[2]), now)
    taken = time.perf_counter() - began
    print(json.dumps({"seconds": taken}), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
