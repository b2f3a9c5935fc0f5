"""Background jobs of this app. Every job is idempotent: one that died half-way is simply run again."""

from __future__ import annotations

from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from chunfeng.benefits.actions import injuries


@app.periodic(cron="7 1 * * *")
@app.task(
    queue="upkeep",
    lock="renew_clocks",
    queueing_lock="renew_clocks",
    retry=RetryStrategy(max_attempts=5, exponential_wait=4),
    name="benefits.renew_clocks",
)
def renew_clocks(timestamp: int = 0) -> int:
    """What is due next in each work injury case, every night: a text may have come into force."""
    return injuries.renew_clocks(at=timezone.now())
