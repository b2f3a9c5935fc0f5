"""``chunfeng offices``: the directory of offices on the command line."""

from pathlib import Path
from typing import Annotated, Any

import typer

app = typer.Typer(no_args_is_help=True)


@app.callback()
def offices() -> None:
    """The directory of offices: list, import from xlsx, write the template."""
    import os

    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chunfeng.config.settings")
    django.setup()


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="An xlsx file with the columns of the template.")],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would happen; change nothing.")
    ] = False,
    result: Annotated[
        Path | None, typer.Option(help="Write the rows with their verdicts to this xlsx file.")
    ] = None,
) -> None:
    """Import an office tree. Every row gets a verdict; the exit code is 1 when rows were refused.

    The same file again changes nothing.
    """
    from django.utils import timezone
    from rich.console import Console

    from chunfeng.core import scope
    from chunfeng.core.actor import SYSTEM
    from chunfeng.core.errors import Refused
    from chunfeng.offices import imports

    try:
        data = file.read_bytes()
        with Console(stderr=True).status(str(file)), scope.applied(SYSTEM):
            outcome = imports.import_offices(data=data, dry_run=dry_run, by=SYSTEM, at=timezone.now())
        if result is not None:
            result.write_bytes(imports.result_file(data, outcome.verdicts))
    except (Refused, OSError) as refusal:
        typer.echo(f"chunfeng: {refusal}", err=True)
        raise typer.Exit(1) from None
    _show(outcome)
    if any(verdict.cell for verdict in outcome.verdicts):
        raise typer.Exit(1)


@app.command()
def template(
    file: Annotated[Path, typer.Argument(help="Where to write it, for example offices.xlsx.")],
) -> None:
    """Write an empty sheet with the headings and the words it accepts."""
    from chunfeng.offices import imports

    file.write_bytes(imports.template_file())


@app.command("list")
def list_(
    search: Annotated[str, typer.Argument(help="A part of the name, or the beginning of the code.")] = "",
    level: Annotated[
        str, typer.Option(help="country, province, prefecture, county, township or village.")
    ] = "",
    line: Annotated[str, typer.Option(help="Line of business, for example hrss or employment.")] = "",
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 50,
) -> None:
    """List offices in service: code, name, level, line, area code."""
    from rich.console import Console
    from rich.table import Table

    from chunfeng.core import scope
    from chunfeng.core.actor import SYSTEM
    from chunfeng.offices import queries
    from chunfeng.offices.choices import Level, Line

    for value, choices in ((level, Level), (line, Line)):
        if value and value not in choices.values:
            typer.echo(f"chunfeng: “{value}” is not one of: {', '.join(choices.values)}", err=True)
            raise typer.Exit(2)
    table = Table("code", "name", "level", "line", "area")
    with scope.applied(SYSTEM, read_only=True):
        rows = queries.matching(queries.offices(), search) if search else queries.offices()
        narrow = {key: value for key, value in (("level", level), ("line", line)) if value}
        for office in rows.filter(**narrow).order_by("area_code", "code")[:limit]:
            table.add_row(
                office.code,
                office.name,
                office.get_level_display(),
                office.get_line_display(),
                office.area_code,
            )
    Console().print(table)


def _show(outcome: Any) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console()
    refused = [verdict for verdict in outcome.verdicts if verdict.cell]
    if refused:
        table = Table("row", "cell", "code", "name", "what to do")
        for verdict in refused[:200]:
            table.add_row(str(verdict.line), verdict.cell, verdict.code, verdict.name, verdict.why)
        console.print(table)
    counts = ", ".join(f"{state.label} {n}" for state, n in outcome.counts.items())
    console.print(f"{'dry run: ' if outcome.dry_run else ''}{counts}")
