"""One batch of answers in a process of its own, to be killed: `python -m tests.people.sync_child DATABASE POSTING`.

Reads the batch as JSON; says how many entries it has taken, then "done" when the transaction is over.
"""

from __future__ import annotations

import json
import sys


def main(database: str, posting: str) -> int:
    import django
    from django.conf import settings

    settings.DATABASES["default"]["NAME"] = database
    django.setup()
    from chunfeng.core import scope
    from chunfeng.core.actor import SYSTEM
    from chunfeng.offices import queries
    from chunfeng.offices.models import Posting
    from chunfeng.people.actions import syncing
    from tests.people.calling import at

    with scope.applied(SYSTEM):
        by = queries.actor_for(Posting.objects.select_related("user", "office").get(pk=posting))
    entries = json.load(sys.stdin)
    taken, take = 0, syncing._take

    def counted(*args, **more):
        nonlocal taken
        found = take(*args, **more)
        taken += 1
        print(taken, flush=True)
        return found

    syncing._take = counted
    with scope.applied(by):
        results = syncing.sync(entries=entries, by=by, at=at(10))
    print("done", ",".join(each.status for each in results), flush=True)
    sys.stdin.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
