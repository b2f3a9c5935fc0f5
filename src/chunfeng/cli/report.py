"""`chunfeng report …`: what the background jobs do for reports, by hand."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from chunfeng.cli.django import everywhere, setup

app = typer.Typer(help="Reports: what is owed, who is silent, do the figures hold.", no_args_is_help=True)
console = Console()


@app.command()
def due(
    days: Annotated[int, typer.Option(help="How many days ahead.", min=0, max=400)] = 7,
) -> None:
    """Make what is owed in the next days for every form in use."""
    setup()
    from django.utils import timezone

    from chunfeng.reporting import actions

    console.print(f"reports owed, new: {actions.make_due(now=timezone.now(), days_ahead=days)}")


@app.command()
def verify(
    days: Annotated[int, typer.Option(help="Filings of the last days.", min=1)] = 7,
    fix: Annotated[bool, typer.Option("--fix", help="Put the ledger right from the signed filings.")] = False,
) -> None:
    """Compare stored figures with the signed filings they come from."""
    setup()
    from django.utils import timezone

    from chunfeng.reporting import actions

    found = actions.verify(now=timezone.now(), days=days, fix=fix)
    for each in found:
        console.print(f"{'put right' if each.fixed else 'differs'}: {each.text}", highlight=False)
    console.print(f"findings: {len(found)}")
    if any(not each.fixed for each in found):
        raise typer.Exit(1)


@app.command()
def silent(
    code: Annotated[str, typer.Argument(help="Code of the form.")],
    on: Annotated[str, typer.Option(help="A day of the period, like 2020-02-03; default: today.")] = "",
) -> None:
    """List the offices that have not answered though the cut-off is over."""
    with everywhere():
        from django.utils import timezone

        from chunfeng.core.errors import Refused
        from chunfeng.reporting.queries import ledger

        now = timezone.now()
        try:
            day = date.fromisoformat(on) if on else timezone.localdate(now)
        except ValueError:
            raise Refused(f"“{on}” is not a day: write it like 2020-02-03.") from None
        rows = ledger.silent_on(code, day, now)
        table = Table("area", "office", "form", "cut-off", "standing")
        for row in rows:
            when = timezone.localtime(row.due_at).strftime("%Y-%m-%d %H:%M")
            told = str(ledger.standing(row, now).label)
            table.add_row(row.area_code, row.office.name, row.form.title, when, told)
        console.print(table)
        console.print(f"silent: {len(rows)}")
