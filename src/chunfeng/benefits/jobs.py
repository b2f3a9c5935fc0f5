"""Background jobs of this app. Every job is idempotent: one that died half-way is simply run again.

They share the queue `tasks` of `tasking.jobs`, so that the same workers carry them.
"""

from __future__ import annotations

from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

_RETRY = RetryStrategy(max_attempts=5, exponential_wait=4)


@app.task(queue="tasks", retry=False, name="benefits.simulate")
def simulate(run_id: int) -> int:
    """Carry one what-if run to its end; the number of cases looked at."""
    from chunfeng.benefits.actions import simulating
    from chunfeng.core.errors import Refused

    try:
        return simulating.run(run_id).done
    except Refused:  # the run says itself why it stopped; the log says nothing about anybody
        return 0


@app.periodic(cron="* * * * *")
@app.task(
    queue="tasks",
    lock="resume_simulations",
    queueing_lock="resume_simulations",
    retry=_RETRY,
    name="benefits.resume_simulations",
)
def resume_simulations(timestamp: int = 0) -> int:
    """Go on, every minute, with what-if runs whose worker died."""
    from chunfeng.benefits.actions import simulating

    waiting = simulating.waiting()
    for run_id in waiting:
        defer_simulation(run_id)
    return len(waiting)


def defer_simulation(run_id: int) -> None:
    """Queue the work on one run, once."""
    try:
        simulate.configure(queueing_lock=f"simulation-{run_id}").defer(run_id=run_id)
    except AlreadyEnqueued:
        return


@app.periodic(cron="7 1 * * *")
@app.task(
    queue="upkeep",
    lock="renew_clocks",
    queueing_lock="renew_clocks",
    retry=_RETRY,
    name="benefits.renew_clocks",
)
def renew_clocks(timestamp: int = 0) -> int:
    """What is due next in each work injury case, every night: a text may have come into force."""
    from chunfeng.benefits.actions import injuries

    return injuries.renew_clocks(at=timezone.now())
