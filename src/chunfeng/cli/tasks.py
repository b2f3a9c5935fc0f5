"""`chunfeng tasks …`: what the background jobs do, by hand."""

from __future__ import annotations

import typer
from rich.console import Console

app = typer.Typer(help="Tasks: make them of issued notices, remind, send.", no_args_is_help=True)
console = Console()


def _django() -> None:
    import os

    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chunfeng.config.settings")
    django.setup()


@app.command()
def assign() -> None:
    """Make the tasks of every issued notice that still lacks some."""
    _django()
    from chunfeng.tasking import actions

    console.print(f"tasks made: {actions.assign_waiting()}")


@app.command()
def chase() -> None:
    """Make the reminders and escalations that are due now."""
    _django()
    from django.utils import timezone

    from chunfeng.tasking import actions

    made = actions.chase(now=timezone.now())
    console.print(f"reminders: {made.reminders}, escalations: {made.escalations}")


@app.command()
def deliver() -> None:
    """Send queued e-mail and webhooks."""
    _django()
    from django.utils import timezone

    from chunfeng.tasking import actions

    done = actions.deliver(now=timezone.now())
    console.print(f"sent: {done.sent}, to be tried again: {done.postponed}, given up: {done.failed}")
    if done.failed:
        raise typer.Exit(1)
