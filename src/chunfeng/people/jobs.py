"""Background jobs of this app. Every job is idempotent: one that died half-way is simply run again.

They share the queue `upkeep` of `tasking.jobs`, so that the same workers carry them.
"""

from __future__ import annotations

from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from chunfeng.people.actions import erasing

_RETRY = RetryStrategy(max_attempts=5, exponential_wait=4)


@app.periodic(cron="53 1 * * *")
@app.task(
    queue="upkeep",
    lock="expire_people",
    queueing_lock="expire_people",
    retry=_RETRY,
    name="people.expire",
)
def expire(timestamp: int = 0) -> int:
    """Delete the people whose every dataset is past its day, every night."""
    return erasing.expire(now=timezone.now()).people
