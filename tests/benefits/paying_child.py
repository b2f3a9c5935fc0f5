"""Decisions and a batch in a process of its own, killed before the batch is committed: DATABASE POSTING PAYEE…."""

from __future__ import annotations

import os
import signal
import sys


def main(database: str, posting: str, *payees: str) -> int:
    """Decide every payee's claim, then die inside the transaction that makes the batch."""
    import django
    from django.conf import settings

    settings.DATABASES["default"]["NAME"] = database
    django.setup()
    from chunfeng.benefits.actions import decisions, payments
    from chunfeng.benefits.models import Beneficiary
    from chunfeng.core import scope
    from chunfeng.offices import queries
    from chunfeng.offices.models import Posting
    from tests.benefits import builders
    from tests.factories import NOW

    by = queries.actor_for(Posting.objects.get(pk=posting))
    for pk in payees:
        with scope.applied(by):
            whom = Beneficiary.objects.get(pk=pk)
            claim = builders.submitted(by, whom, key=f"k{pk}")
            decisions.decide(claim=claim, outcome="granted", by=by, at=NOW)
    with scope.applied(by):
        batch = payments.make_batch(by=by, at=NOW)
        print(batch.count, flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
