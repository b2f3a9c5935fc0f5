"""``chunfeng notice``: read official notices on the command line."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

app = typer.Typer(no_args_is_help=True)


@app.callback()
def notice() -> None:
    """Read official notices."""


@app.command()
def read(
    files: Annotated[
        list[str], typer.Argument(metavar="FILE…", help="Text, HTML, .docx or .pdf; - reads standard input.")
    ],
    json: Annotated[bool, typer.Option("--json", help="One JSON object a file, one a line.")] = False,
) -> None:
    """Show what each notice orders: its header, clauses, duties and what had to be repaired.

    A file that cannot be read is named on standard error; the others are still read and the exit code is 1.
    """
    from chunfeng.notices.reader import Unreadable

    refused = False
    for number, file in enumerate(files):
        try:
            reading = _read(file)
            shown = reading.as_line() if json else None
        except Unreadable as refusal:
            refused = True
            typer.echo(f"chunfeng: {refusal}", err=True)
            continue
        if shown is not None:
            sys.stdout.buffer.write(shown.encode("utf-8", "replace") + b"\n")
            sys.stdout.buffer.flush()
        else:
            _show(reading, first=number == 0)
    if refused:
        raise typer.Exit(1)


def _read(file: str) -> Any:
    from chunfeng.notices import reader

    if file == "-":
        return reader.read(sys.stdin.buffer.read(), "-")
    return reader.read_path(Path(file))


def _show(reading: Any, *, first: bool) -> None:
    from chunfeng.cli.notice_view import show

    show(reading, first=first)
