"""`chunfeng people …`: take a file into the register, check a number, delete what is past its day."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from chunfeng.cli.django import setup

app = typer.Typer(help="The register of people: imports, numbers, deletion on the day.", no_args_is_help=True)


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="An xlsx or CSV file with a header line.")],
    office: Annotated[str, typer.Option(help="Code of the office that takes the file in.")],
    dataset: Annotated[str, typer.Option(help="Name of the dataset the people are held for.")],
    encoding: Annotated[str, typer.Option(help="utf-8 or gb18030; guessed when not given.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen; enter nobody.")] = False,
    result: Annotated[
        Path | None, typer.Option(help="Write every row with its verdict to this file.")
    ] = None,
) -> None:
    """Take a file into the register. The same command goes on with an import that was interrupted.

    The exit code is 1 when rows were rejected.
    """
    setup()
    from rich.console import Console

    from chunfeng.core.errors import Refused

    try:
        counts, rejected = _take_in(file, office, dataset, encoding, dry_run, result, Console(stderr=True))
    except (Refused, OSError) as refusal:
        typer.echo(f"chunfeng: {refusal}", err=True)
        raise typer.Exit(1) from None
    typer.echo(f"{'dry run: ' if dry_run else ''}{counts}")
    if rejected:
        raise typer.Exit(1)


@app.command()
def template(
    file: Annotated[Path, typer.Argument(help="Where to write it, for example people.xlsx.")],
) -> None:
    """Write an empty sheet with the headings and the words it accepts."""
    setup()
    from chunfeng.people.imports import template as sheet

    file.write_bytes(sheet())


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


def _take_in(
    file: Path, office: str, dataset: str, encoding: str, dry_run: bool, result: Path | None, console: Any
) -> tuple[str, int]:
    from django.utils import timezone

    from chunfeng.core import scope
    from chunfeng.core.actor import SYSTEM
    from chunfeng.core.errors import Refused
    from chunfeng.offices import queries as offices
    from chunfeng.people.actions import imports
    from chunfeng.people.choices import Verdict
    from chunfeng.people.imports import result_file, storing
    from chunfeng.people.queries import imports as queries

    with scope.applied(SYSTEM):
        at = offices.office_by_code(office)
        into = None if at is None else queries.dataset(at, dataset)
        if at is None or into is None:
            raise Refused(f"No office has the code “{office}”." if at is None else f"No dataset “{dataset}”.")
        run = None if dry_run else queries.unfinished(at, into, storing.sha256_of(file))
        if run is None:
            run = imports.start(
                source=file,
                name=file.name,
                dataset=into,
                encoding=encoding,
                office=at,
                by=SYSTEM,
                at=timezone.now(),
            )
    if dry_run:
        trial = imports.dry_run(run=run, by=SYSTEM, at=timezone.now())
        counts = trial.counts
        with scope.applied(SYSTEM):
            imports.drop(run=run, by=SYSTEM, at=timezone.now())
    else:
        with console.status(str(file)) as status:
            run = imports.run(
                run.pk,
                timezone.now(),
                progress=lambda done, total: status.update(f"{file}: {done} of {total}"),
            )
        counts = run.counts
    if result is not None and not dry_run:
        with scope.applied(SYSTEM), result.open("wb") as out:
            out.writelines(result_file(run).chunks)
    words = ", ".join(f"{Verdict(key).label}: {n}" for key, n in counts.items() if n)
    return words or "no rows", counts.get(Verdict.REJECTED, 0)


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
