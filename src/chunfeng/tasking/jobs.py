"""Background jobs of this app. Every job is idempotent: one that died half-way is simply run again.

Queue `tasks` makes tasks and messages, queue `outbox` talks to the outside, queue `upkeep` puts the jobs of
dead workers back. A worker that consumes all three: `chunfeng worker`.
"""

from __future__ import annotations

import logging

from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from chunfeng.core import upkeep
from chunfeng.tasking import actions

log = logging.getLogger(__name__)
STALLED_AFTER = 60
"""Seconds without a sign of life of its worker after which a job is taken from it."""
_RETRY = RetryStrategy(max_attempts=5, exponential_wait=4)


@app.periodic(cron="* * * * *")
@app.task(queue="tasks", lock="assign", queueing_lock="assign", retry=_RETRY, name="tasking.assign")
def assign(timestamp: int = 0) -> int:
    """Make tasks of issued notices, every minute."""
    return actions.assign_waiting()


@app.periodic(cron="7 * * * *")
@app.task(queue="tasks", lock="chase", queueing_lock="chase", retry=_RETRY, name="tasking.chase")
def chase(timestamp: int = 0) -> int:
    """Make reminders and escalations, every hour; the rules name the hour of the day."""
    made = actions.chase(now=timezone.now())
    return made.reminders + made.escalations


@app.periodic(cron="* * * * *")
@app.task(queue="outbox", lock="deliver", queueing_lock="deliver", retry=_RETRY, name="tasking.deliver")
def deliver(timestamp: int = 0) -> int:
    """Send queued e-mail and webhooks, every minute."""
    return actions.deliver(now=timezone.now()).sent


@app.periodic(cron="23 3 * * *")
@app.task(queue="upkeep", queueing_lock="clear", retry=_RETRY, name="tasking.clear")
def clear(timestamp: int = 0) -> int:
    """Remove what need not be kept, every night."""
    done = upkeep.clear(now=timezone.now())
    return done.keys + done.sessions


@app.periodic(cron="* * * * *")
@app.task(queue="upkeep", queueing_lock="retry_stalled", pass_context=False, name="tasking.retry_stalled")
async def retry_stalled(timestamp: int = 0) -> int:
    """Put the jobs of dead workers back into their queues, every minute."""
    stalled = list(await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER))
    for job in stalled:
        log.warning("job %s (%s) lost its worker and is put back", job.id, job.task_name)
        await app.job_manager.retry_job(job)
    return len(stalled)
