"""`chunfeng bulletin …`: draft, issue and export bulletins from the command line, for nightly runs."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from chunfeng.cli.django import everywhere

app = typer.Typer(help="Bulletins: draft, issue, export.", no_args_is_help=True)
Day = Annotated[str, typer.Option(help="YYYY-MM-DD; by default yesterday.")]


@app.command("list")
def list_() -> None:
    """Series with their numbers, and the drafts and last issues of each."""
    with everywhere():
        from chunfeng.core.actor import SYSTEM
        from chunfeng.reporting.queries import bulletins as queries

        for series in queries.series_in_sight(SYSTEM):
            typer.echo(f"{series.pk}\t{series.title}\t{series.office.name}")
            for each in queries.bulletins(SYSTEM).filter(series=series).order_by("-pk")[:5]:
                number = f"{each.year}-{each.number}" if each.number else "draft"
                typer.echo(f"\t{each.pk}\t{number}\t{each.first_day} – {each.last_day}")


@app.command()
def draft(
    series: Annotated[int, typer.Argument(help="Number of the series, see `list`.")],
    first: Day = "",
    last: Day = "",
) -> None:
    """Compose an issue from the figures held now and print its number; the same days give the same draft."""
    with everywhere():
        from django.utils import timezone

        from chunfeng.core.actor import SYSTEM
        from chunfeng.core.errors import Refused
        from chunfeng.reporting.actions import draft_bulletin
        from chunfeng.reporting.queries import bulletins as queries

        found = queries.series_by_id(SYSTEM, series)
        if found is None:
            raise Refused(f"There is no series {series}; `chunfeng bulletin list` shows them.")
        end = _day(last) or timezone.localdate() - timedelta(days=1)
        made = draft_bulletin(
            series=found, first_day=_day(first) or end, last_day=end, by=SYSTEM, at=timezone.now()
        )
        typer.echo(made.pk)


@app.command()
def issue(bulletin: Annotated[int, typer.Argument(help="Number of the draft, see `list`.")]) -> None:
    """Number the draft, print it once and freeze it."""
    with everywhere():
        from django.utils import timezone

        from chunfeng.core.actor import SYSTEM
        from chunfeng.reporting.actions import issue_bulletin

        found = _bulletin(bulletin)
        made = issue_bulletin(bulletin=found, version=found.version, by=SYSTEM, at=timezone.now())
        typer.echo(f"{made.series.title} {made.year}-{made.number}")


@app.command()
def export(
    bulletin: Annotated[int, typer.Argument(help="Number of the bulletin, see `list`.")],
    to: Annotated[
        list[Path], typer.Argument(metavar="FILE…", help="Where to write; .docx or .pdf says which.")
    ],
) -> None:
    """Write an issue as it was stored, or a draft as it stands."""
    with everywhere():
        from chunfeng.core.errors import Refused
        from chunfeng.reporting.queries import bulletins as queries

        found = _bulletin(bulletin)
        for path in to:
            format = path.suffix.removeprefix(".").lower()
            if format not in queries.FORMATS:
                raise Refused(f"{path.name}: name the file .docx or .pdf.")
            path.write_bytes(queries.file_of(found, format))
            typer.echo(path)


def _bulletin(pk: int) -> Any:
    from chunfeng.core.actor import SYSTEM
    from chunfeng.core.errors import Refused
    from chunfeng.reporting.queries import bulletins as queries

    found = queries.bulletin(SYSTEM, pk)
    if found is None:
        raise Refused(f"There is no bulletin {pk}; `chunfeng bulletin list` shows them.")
    return found


def _day(text: str) -> date | None:
    from chunfeng.core.errors import Refused

    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refused(f"“{text}” is not a day; write it as 2020-02-03.") from None
