"""Background jobs of this app. Every job is idempotent: one that died half-way is simply run again.

They share the queues `tasks` and `upkeep` of `tasking.jobs`, so that the same workers carry them.
"""

from __future__ import annotations

from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from chunfeng.reporting import actions

VERIFIED_DAYS = 7
"""Days of filings the nightly check goes over."""
_RETRY = RetryStrategy(max_attempts=5, exponential_wait=4)


@app.periodic(cron="*/20 * * * *")
@app.task(queue="tasks", lock="owe", queueing_lock="owe", retry=_RETRY, name="reporting.owe")
def owe(timestamp: int = 0) -> int:
    """Make what falls due in the next days, three times an hour: new offices and forms do not wait for the night."""
    return actions.make_due(now=timezone.now())


@app.periodic(cron="*/5 * * * *")
@app.task(
    queue="tasks",
    lock="remind_reports",
    queueing_lock="remind_reports",
    retry=_RETRY,
    name="reporting.remind",
)
def remind(timestamp: int = 0) -> int:
    """Remind of reports due soon and of those missing, every five minutes."""
    return actions.remind_due(now=timezone.now())


@app.periodic(cron="*/10 * * * *")
@app.task(
    queue="tasks",
    lock="settle_reports",
    queueing_lock="settle_reports",
    retry=_RETRY,
    name="reporting.settle",
)
def settle(timestamp: int = 0) -> int:
    """Report the tasks done whose reports were filed, every ten minutes."""
    return actions.settle_tasks(now=timezone.now())


@app.periodic(cron="11 * * * *")
@app.task(
    queue="tasks",
    lock="suggest_figures",
    queueing_lock="suggest_figures",
    retry=_RETRY,
    name="reporting.suggest",
)
def suggest(timestamp: int = 0) -> int:
    """Count the figures that forms ask to be prefilled, every hour."""
    return actions.pull_suggestions(now=timezone.now())


@app.periodic(cron="37 2 * * *")
@app.task(
    queue="upkeep",
    lock="verify_reports",
    queueing_lock="verify_reports",
    retry=_RETRY,
    name="reporting.verify",
)
def verify(timestamp: int = 0) -> int:
    """Compare stored figures with the signed filings, every night."""
    return len(actions.verify(now=timezone.now(), days=VERIFIED_DAYS))


@app.periodic(cron="* * * * *")
@app.task(
    queue="tasks",
    lock="escalate_situations",
    queueing_lock="escalate_situations",
    retry=_RETRY,
    name="reporting.escalate",
)
def escalate(timestamp: int = 0) -> int:
    """Tell silent offices, their leaders and the senders of situations not taken in, every minute."""
    return actions.escalate_situations(now=timezone.now())
