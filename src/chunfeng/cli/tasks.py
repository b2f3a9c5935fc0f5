"""`chunfeng tasks …`: what the background jobs do, by hand."""

from __future__ import annotations

import typer
from rich.console import Console

from chunfeng.cli.django import setup

app = typer.Typer(help="Tasks: make them of issued notices, remind, send.", no_args_is_help=True)
console = Console()


@app.command()
def assign() -> None:
    """Make the tasks of every issued notice that still lacks some."""
    setup()
    from chunfeng.tasking import actions

    console.print(f"tasks made: {actions.assign_waiting()}")


@app.command()
def chase() -> None:
    """Make the reminders and escalations that are due now."""
    setup()
    from django.utils import timezone

    from chunfeng.tasking import actions

    made = actions.chase(now=timezone.now())
    console.print(f"reminders: {made.reminders}, escalations: {made.escalations}")


@app.command()
def deliver() -> None:
    """Send queued e-mail and webhooks."""
    setup()
    from django.utils import timezone

    from chunfeng.tasking import actions

    done = actions.deliver(now=timezone.now())
    console.print(f"sent: {done.sent}, to be tried again: {done.postponed}, given up: {done.failed}")
    if done.failed:
        raise typer.Exit(1)
