"""`chunfeng people …`: what the register does by itself, by hand."""

from __future__ import annotations

from typing import Annotated

import typer

from chunfeng.cli.django import setup

app = typer.Typer(
    help="The register of people: check numbers, delete what is past its day.", no_args_is_help=True
)


@app.command()
def check(
    number: Annotated[str, typer.Argument(help="An identity number, a social credit code or a mobile.")],
) -> None:
    """Say what a number tells and what is odd about it. Nothing is looked up and nothing is kept."""
    setup()
    from chunfeng.core import identifiers
    from chunfeng.core.identifiers import BadIdentifier
    from chunfeng.people.choices import Doubt

    try:
        read = identifiers.citizen_id(number)
    except BadIdentifier as refusal:
        _check_other(number, str(refusal))
        return
    born = f"{read.birth:%Y-%m-%d}"
    typer.echo(f"{read.number}: {read.kind}, area {read.area or '–'}, born {born}, sex {read.sex}")
    for doubt in read.doubts:
        typer.echo(f"doubt: {Doubt(doubt).label}")


@app.command()
def expire() -> None:
    """Delete the people whose every dataset is past its day, and the files they came in (idempotent)."""
    setup()
    from django.utils import timezone

    from chunfeng.people import actions

    done = actions.expire(now=timezone.now())
    typer.echo(f"people deleted: {done.people}, places in datasets: {done.places}, files: {done.files}")


def _check_other(number: str, why: str) -> None:
    from chunfeng.core import identifiers
    from chunfeng.core.identifiers import BadIdentifier
    from chunfeng.people.choices import Doubt

    try:
        typer.echo(f"{identifiers.mobile(number)}: mobile")
        return
    except BadIdentifier:
        pass
    try:
        code = identifiers.credit_code(number)
    except BadIdentifier:
        typer.echo(f"chunfeng: {why}", err=True)
        raise typer.Exit(1) from None
    typer.echo(f"{code.number}: credit code, area {code.area}")
    for doubt in code.doubts:
        typer.echo(f"doubt: {Doubt(doubt).label}")
