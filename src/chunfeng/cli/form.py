"""``chunfeng form``: the shipped forms, checking and moving definitions, publishing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from chunfeng.cli.django import everywhere, setup

app = typer.Typer(no_args_is_help=True)

OfficeCode = Annotated[str, typer.Option(help="Code of the office that asks for the form.")]
Target = Annotated[Path | None, typer.Option("--output", "-o", help="Write here instead of to the terminal.")]


@app.callback()
def form() -> None:
    """Forms as data: the shipped library, check, export, import, publish."""


@app.command()
def library(
    export: Annotated[
        Path | None, typer.Option(help="Write every shipped form as YAML into this folder.")
    ] = None,
) -> None:
    """List the forms shipped with the programme, with the text each one cites."""
    setup()
    from chunfeng.reporting import queries
    from chunfeng.reporting.definition import dump_yaml

    shipped = queries.library()
    if export is not None:
        export.mkdir(parents=True, exist_ok=True)
        for code, definition in shipped:
            (export / f"{code}.yaml").write_text(dump_yaml(definition), encoding="utf-8")
        typer.echo(f"{export}: {len(shipped)} forms")
        return
    rows = [
        (code, str(d.title), d.every, str(len(d.cells)), str(len(d.checks)), str(d.source))
        for code, d in shipped
    ]
    _table(("code", "title", "period", "cells", "checks", "source"), rows)


@app.command("list")
def list_(
    office: Annotated[str, typer.Option(help="Only forms this office asks for.")] = "",
    state: Annotated[str, typer.Option(help="draft, active or ended.")] = "",
) -> None:
    """List the forms of this installation."""
    with everywhere():
        from chunfeng.core.errors import Refused
        from chunfeng.reporting import queries
        from chunfeng.reporting.choices import FormState

        if state and state not in FormState.values:
            raise Refused(f"“{state}” is not one of: {', '.join(FormState.values)}")
        rows = queries.forms_in_sight()
        rows = rows.filter(owner=_office(office)) if office else rows
        rows = rows.filter(state=state) if state else rows
        lines = [
            (
                f.code,
                f.title,
                f.owner.code,
                str(f.state),
                str(f.starts_on or "—"),
                str(f.ends_on or "—"),
                f.source,
            )
            for f in rows
        ]
    _table(("code", "title", "office", "state", "from", "until", "source"), lines)


@app.command()
def show(
    code: Annotated[
        str, typer.Argument(help="Code of a shipped form, or with --office of that office's form.")
    ],
    office: Annotated[str, typer.Option(help="Code of the office that asks for it.")] = "",
) -> None:
    """Show what a form asks: who reports, indicators, checks, and what each cites."""
    _show(_definition(code, office))


@app.command()
def check(files: Annotated[list[Path], typer.Argument(help="YAML or XLSForm files.")]) -> None:
    """Read definitions and say what is wrong and where. The exit code is 1 when one cannot be used.

    An XLSForm names neither its source nor who reports: both are given when it is imported.
    """
    setup()
    from chunfeng.core.errors import Refused

    refused = False
    for file in files:
        try:
            definition, left = _read(file, {"title": file.name}, "village")
        except (Refused, OSError) as refusal:
            refused = True
            typer.echo(f"{file}: refused\n{_indented(refusal)}", err=True)
            continue
        typer.echo(
            f"{file}: {definition.code}, {len(definition.cells)} cells, {len(definition.checks)} checks"
        )
        for each in left:
            typer.echo(f"  {each}")
    if refused:
        raise typer.Exit(1)


@app.command()
def export(
    code: Annotated[str, typer.Argument(help="Code of the form.")],
    office: Annotated[
        str, typer.Option(help="Code of the office that asks for it; empty: a shipped form.")
    ] = "",
    output: Target = None,
) -> None:
    """Write a form as YAML: its draft where one waits, else the wording published last."""
    found = _definition(code, office)
    from chunfeng.reporting.definition import dump_yaml

    text = dump_yaml(found)
    if output is None:
        typer.echo(text, nl=False)
    else:
        output.write_text(text, encoding="utf-8")
        typer.echo(f"{output}: {code}")


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="A YAML or XLSForm file.")],
    office: OfficeCode,
    source: Annotated[
        str,
        typer.Option(help="For an XLSForm: the notice and clause, for example 《…》（…〔2020〕3号）第二条."),
    ] = "",
    level: Annotated[
        str, typer.Option(help="For an XLSForm: the level that reports, for example village.")
    ] = "",
) -> None:
    """Take a definition over as the draft of an office's form; the same code again replaces the draft."""
    with everywhere():
        from django.utils import timezone

        from chunfeng.core.actor import SYSTEM
        from chunfeng.core.errors import Refused
        from chunfeng.reporting import actions, queries
        from chunfeng.reporting.choices import Origin

        owner = _office(office)
        try:
            definition, left = _read(file, source, level)
        except OSError as error:
            raise Refused(f"{file}: {error.strerror}") from None
        at = timezone.now()
        found = queries.form_by_code(definition.code, owner.pk)
        if found is None:
            found = actions.create_form(
                owner=owner, definition=definition, origin=Origin.IMPORT, by=SYSTEM, at=at
            )
            number = 1
        else:
            number = actions.save_draft(form=found, definition=definition, by=SYSTEM, at=at).number
    typer.echo(f"{definition.code}: version {number} is a draft; publish it with: chunfeng form publish")
    for each in left:
        typer.echo(f"  {each}")


@app.command()
def take(
    code: Annotated[str, typer.Argument(help="Code of a shipped form (chunfeng form library).")],
    office: OfficeCode,
    level: Annotated[
        list[str] | None, typer.Option(help="Level that reports instead of those named; may be repeated.")
    ] = None,
    publish: Annotated[bool, typer.Option("--publish", help="Publish it at once.")] = False,
) -> None:
    """Take a shipped form into use for an office, as a draft."""
    with everywhere():
        from django.utils import timezone

        from chunfeng.core.actor import SYSTEM
        from chunfeng.reporting import actions

        at = timezone.now()
        reporters = [{"level": each} for each in level] if level else None
        made = actions.take_from_library(
            code=code, owner=_office(office), by=SYSTEM, at=at, reporters=reporters
        )
        said = "draft"
        if publish:
            version = actions.publish(form=made, by=SYSTEM, at=at)
            said = f"in use from {version.applies_from}, first period owed by {_owing(made)} offices"
    typer.echo(f"{code}: {said}")


@app.command("publish")
def publish_(
    code: Annotated[str, typer.Argument(help="Code of the form.")],
    office: OfficeCode,
    applies_from: Annotated[
        datetime | None,
        typer.Option("--from", formats=["%Y-%m-%d"], help="First day it holds for; default today."),
    ] = None,
) -> None:
    """Put the waiting draft of a form in force."""
    with everywhere():
        from django.utils import timezone

        from chunfeng.core.actor import SYSTEM
        from chunfeng.reporting import actions

        found = _form(code, office)
        day: date | None = applies_from.date() if applies_from else None
        version = actions.publish(form=found, by=SYSTEM, at=timezone.now(), applies_from=day)
        said = f"version {version.number} in use from {version.applies_from}"
        said += f", first period owed by {_owing(found)} offices"
    typer.echo(f"{code}: {said}")


def _office(code: str) -> Any:
    from chunfeng.core.errors import Refused
    from chunfeng.offices import queries

    found = queries.office_by_code(code)
    if found is None:
        raise Refused(f"No office in service has the code “{code}”. See: chunfeng offices list")
    return found


def _form(code: str, office: str) -> Any:
    from chunfeng.core.errors import Refused
    from chunfeng.reporting import queries

    owner = _office(office)
    found = queries.form_by_code(code, owner.pk)
    if found is None:
        raise Refused(
            f"{owner.name} has no form with the code “{code}”. See: chunfeng form list --office {office}"
        )
    return found


def _definition(code: str, office: str) -> Any:
    """A form of an office as it stands, or a shipped one, which needs no database."""
    if office:
        with everywhere():
            from chunfeng.reporting import queries

            found = _form(code, office)
            return queries.definition_of(queries.draft_of(found) or found.versions.latest("number"))
    setup()
    from chunfeng.reporting import queries

    shipped = dict(queries.library())
    if code not in shipped:
        typer.echo(
            f"chunfeng: no form with the code “{code}” is shipped. See: chunfeng form library", err=True
        )
        raise typer.Exit(1)
    return shipped[code]


def _owing(found: Any) -> int:
    """How many offices owe the period made last."""
    last = found.obligations.order_by("-period_start").first()
    return found.obligations.filter(period_start=last.period_start).count() if last else 0


def _read(file: Path, source: dict[str, str] | str, level: str) -> tuple[Any, list[str]]:
    """The definition in a file, and what was not taken over. An XLSForm names neither source nor reporters."""
    from chunfeng.reporting import actions
    from chunfeng.reporting.definition import load_yaml, parse
    from chunfeng.reporting.definition.xlsform import read_xlsform

    if file.suffix.lower() in (".yaml", ".yml"):
        return load_yaml(file.read_bytes()), []
    read = read_xlsform(file.read_bytes())
    given = {"source": actions.read_source(source), "reporters": [{"level": level}] if level else []}
    return parse(read.data | given), [str(each) for each in read.left]


def _indented(refusal: object) -> str:
    return "\n".join(f"  {line}" for line in str(refusal).splitlines())


def _table(headings: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> None:
    from rich import box
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD)
    for n, heading in enumerate(headings):
        table.add_column(heading, no_wrap=n == 0, overflow="fold")
    for row in rows:
        table.add_row(*(escape(cell) for cell in row))
    Console().print(table)


def _show(definition: Any) -> None:
    from rich.console import Console
    from rich.text import Text

    out = Console(highlight=False)
    out.print(Text(f"{definition.title}  ({definition.code})", style="bold"))
    out.print(Text(f"{definition.source}", style="cyan"))
    clock = f"{definition.cut_off:%H:%M}" + (f" + {definition.grace} min" if definition.grace else "")
    peak = f", in peak periods {definition.peak_every}" if definition.peak_every else ""
    after = f", {definition.days_after} days after the period" if definition.days_after else ""
    out.print(Text(f"{definition.every}{peak}, cut-off {clock}{after}"))
    who = ["  ".join(filter(None, (r.level, r.line, r.area, *r.offices))) for r in definition.reporters]
    out.print(Text(f"reporters: {'; '.join(who)}"))
    _table(
        ("code", "label", "type", "unit", "roll-up", "source"),
        [
            (
                each.code + ("*" if each.required else ""),
                str(each.label),
                each.type.value,
                each.unit or ("%" if each.type.value == "ratio" else ""),
                f"{each.of} / {each.to}"
                if each.type.value == "ratio"
                else each.aggregate.value
                if each.numeric
                else "",
                str(each.source or ""),
            )
            for each in definition.indicators
        ],
    )
    for each in definition.checks:
        kind = f"{each.strength.value}, identity" if each.identity else each.strength.value
        out.print(Text.assemble((each.code, "bold"), f" ({kind}): {each.rule.text}"))
        out.print(Text(f"    {each.message}  {each.source or ''}".rstrip(), style="dim"))
    if definition.note:
        out.print(Text(str(definition.note), style="dim"))
