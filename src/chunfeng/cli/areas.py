"""``chunfeng areas``: the administrative divisions of this installation."""

from __future__ import annotations

from datetime import datetime
from time import perf_counter
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

app = typer.Typer(no_args_is_help=True)


@app.callback()
def areas() -> None:
    """Administrative divisions: load, search."""


@app.command()
def load(
    level: Annotated[str, typer.Option(help="How deep: county, township or village.")] = "township",
    villages: Annotated[
        str | None,
        typer.Option(help="Also the villages of this area: a code or its beginning, e.g. 2201; all: 'all'."),
    ] = None,
) -> None:
    """Load the shipped divisions. Loading again adds only what is missing and overwrites nothing."""
    from chunfeng.cli.django import setup

    setup()
    from chunfeng.areas import loading

    started = perf_counter()
    try:
        added = loading.load(level, "" if villages == "all" else villages)
    except ValueError as wrong:
        typer.echo(str(wrong), err=True)
        raise typer.Exit(1) from None
    Console().print(
        f"{added['areas']:,} areas and {added['changes']:,} changes added in {perf_counter() - started:.1f} s"
    )


@app.command()
def search(
    text: Annotated[
        str, typer.Argument(help="A part of the name, pinyin initials, or the beginning of a code.")
    ],
    on: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="As of this day; default today.")
    ] = None,
    within: Annotated[str | None, typer.Option(help="Only inside the area with this code.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=200, help="At most so many.")] = 20,
) -> None:
    """Find divisions as of a day, the best match first. A ~ marks a first day that is only approximate."""
    from chunfeng.cli.django import setup

    setup()
    from django.utils import timezone

    from chunfeng.areas import codes, queries
    from chunfeng.areas.models import BEGINNING

    day = on.date() if on else timezone.localdate()
    try:
        found = queries.search(text, day, within=codes.pad(within) if within else None, limit=limit)
    except codes.BadCode as wrong:
        typer.echo(str(wrong), err=True)
        raise typer.Exit(1) from None
    if not found:
        typer.echo(
            f"Nothing found for “{text}” as of {day}. (Are the divisions loaded? chunfeng areas load)",
            err=True,
        )
        raise typer.Exit(1)
    table = Table("code", "kind", "from", "until")
    table.add_column("name", overflow="fold")
    for row in found:
        start = "" if row.valid_from == BEGINNING else f"{'' if row.day_known else '~'}{row.valid_from}"
        table.add_row(
            row.code,
            str(row.get_kind_display()),
            start,
            str(row.valid_to or ""),
            queries.path_name(row.code, day),
        )
    Console().print(table)
