"""Background jobs of this app. Every job is idempotent: one that died half-way is simply run again.

They share the queues `tasks` and `upkeep` of `tasking.jobs`, so that the same workers carry them.
"""

from __future__ import annotations

from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

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


@app.task(queue="tasks", retry=False, name="people.take_in")
def take_in(run_id: int) -> int:
    """Take one file into the register; the number of rows settled."""
    from chunfeng.core.errors import Refused
    from chunfeng.people.actions import imports

    try:
        return imports.run(run_id, timezone.now()).done
    except Refused:  # the import says itself why it stopped; the log says nothing about people
        return 0


@app.periodic(cron="* * * * *")
@app.task(
    queue="tasks",
    lock="resume_imports",
    queueing_lock="resume_imports",
    retry=_RETRY,
    name="people.resume_imports",
)
def resume_imports(timestamp: int = 0) -> int:
    """Go on, every minute, with imports whose worker died."""
    from chunfeng.people.actions import imports

    waiting = imports.waiting()
    for run_id in waiting:
        defer_import(run_id)
    return len(waiting)


def defer_import(run_id: int) -> None:
    """Queue the work on one import, once."""
    try:
        take_in.configure(queueing_lock=f"import-{run_id}").defer(run_id=run_id)
    except AlreadyEnqueued:
        return


@app.periodic(cron="* * * * *")
@app.task(
    queue="outbox",
    lock="deliver_people",
    queueing_lock="deliver_people",
    retry=_RETRY,
    name="people.deliver",
)
def deliver(timestamp: int = 0) -> int:
    """Send queued messages to people, every minute."""
    from chunfeng.people import outbox

    return outbox.deliver(now=timezone.now()).sent


@app.periodic(cron="* * * * *")
@app.task(
    queue="tasks",
    lock="write_mailings",
    queueing_lock="write_mailings",
    retry=_RETRY,
    name="people.write_mailings",
)
def write_mailings(timestamp: int = 0) -> int:
    """Go on, every minute, with confirmed messages to many."""
    from chunfeng.people.actions import mailings

    return mailings.run_mailings(now=timezone.now())


@app.periodic(cron="11 * * * *")
@app.task(
    queue="tasks",
    lock="watch_isolations",
    queueing_lock="watch_isolations",
    retry=_RETRY,
    name="people.watch_isolations",
)
def watch_isolations(timestamp: int = 0) -> int:
    """Write down the isolations of the days gone by and tell of missing records: the first run after midnight does."""
    from chunfeng.people.actions import stock

    done = stock.watch(now=timezone.now())
    return done.days + done.offices


def defer_mailings() -> None:
    """Begin with a mailing just confirmed, at once instead of within the minute."""
    try:
        write_mailings.configure(queueing_lock="write_mailings").defer(timestamp=0)
    except AlreadyEnqueued:
        return
