"""``chunfeng db``: the database of this installation."""

from __future__ import annotations

import os

import typer
from rich import print as show

from chunfeng.core import embedded
from chunfeng.core.errors import Refused

app = typer.Typer(no_args_is_help=True)


@app.callback()
def db() -> None:
    """Start, prepare, stop and look at the database."""


@app.command()
def up() -> None:
    """Start the embedded server (unless DATABASE_URL names one) and bring the tables up to date."""
    from chunfeng.cli.django import setup

    setup()
    from django.core.management import call_command

    try:
        call_command("migrate", interactive=False, verbosity=0)
    except Refused as refusal:
        typer.echo(str(refusal), err=True)
        raise typer.Exit(1) from None


@app.command()
def stop() -> None:
    """Stop the embedded server cleanly; nothing is lost."""
    show("Stopped." if embedded.stop() else "No embedded server was running.")


@app.command()
def status() -> None:
    """Say which database is used and whether it answers."""
    if os.environ.get("DATABASE_URL"):
        show("DATABASE_URL is set: a server of yours is used.")
        return
    found = embedded.running(embedded.home() / "pg")
    where = embedded.home() / "pg"
    show(f"Embedded PostgreSQL in {where}: " + (f"running, pid {found['pid']}" if found else "not running"))
