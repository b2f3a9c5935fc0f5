"""``chunfeng measure``: check measures, explain a case, evaluate a table, ask what if, write the policy pages."""

from __future__ import annotations

import json as json_
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

app = typer.Typer(no_args_is_help=True)

Day = Annotated[str, typer.Option("--on", help="Day of the decision, 2020-03-01; for a table also a column.")]
Language = Annotated[str, typer.Option(help="zh or en.")]
Groups = Annotated[
    list[str] | None, typer.Option("--group", help="NAME=FILE of a related table; may be repeated.")
]
Wanted = Annotated[
    list[str] | None,
    typer.Option("--measure", "-m", help="Code of a shipped measure or a file; default: all."),
]
Memory = Annotated[str, typer.Option(help="Most memory the database may take.")]
AreaColumn = Annotated[str, typer.Option("--area-column", help="Column of area codes.")]
Subject = Annotated[str, typer.Option(help="Column that names the subject.")]


@app.callback()
def measure() -> None:
    """Measures: one readable file that explains one case and evaluates millions."""


@app.command()
def check(
    files: Annotated[list[Path] | None, typer.Argument(help="YAML files; none: those shipped.")] = None,
    language: Language = "en",
) -> None:
    """Read measures, run their cases and say what is wrong and where. The exit code is 1 when one has an error."""
    from chunfeng_rules.library import SHIPPED, assemble
    from chunfeng_rules.lint import lint
    from chunfeng_rules.reading import read_path
    from chunfeng_rules.texts import BadMeasure

    parsed: list[Any] = []
    refused = False
    for file in files or sorted(SHIPPED.glob("*.yaml")):
        try:
            parsed.append(read_path(file))
        except BadMeasure as bad:
            refused = True
            for finding in bad.findings:
                typer.echo(finding.line(language), err=True)
        except OSError as error:
            refused = True
            typer.echo(f"{file}: {error.strerror}", err=True)
    try:
        found = assemble(_with_shipped(parsed)) if parsed else {}
    except BadMeasure as bad:
        for finding in bad.findings:
            typer.echo(finding.line(language), err=True)
        raise typer.Exit(1) from None
    wanted = {getattr(p, "refines", p.code) for p in parsed}
    for code in sorted(wanted):
        one = found[code]
        findings = lint(one)
        refused = refused or any(f.error for f in findings)
        for finding in findings:
            typer.echo(finding.line(language), err=True)
        typer.echo(f"{code} {one.version}: {len(one.conditions)} conditions, {len(one.cases)} cases")
    if refused:
        raise typer.Exit(1)


@app.command()
def explain(
    name: Annotated[str, typer.Argument(help="Code of a shipped measure, or a file.")],
    facts: Annotated[list[str] | None, typer.Argument(help="NAME=VALUE as in a file: laid_off=3")] = None,
    on: Day = "",
    area: Annotated[str, typer.Option(help="Area code of the subject.")] = "",
    language: Language = "zh",
    json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Decide one case and show every condition with its value, sentence and clause."""
    from chunfeng_rules.scalar import explain as decide

    one = _load([name])[0]
    given = _facts(one, facts or [])
    found = decide(one, given, on=_day(on) if on else date.today(), area=area or None)  # noqa: DTZ011
    if json:
        typer.echo(json_.dumps(found.as_data(), ensure_ascii=False))
    else:
        typer.echo("\n".join(found.lines(language)))


@app.command()
def table(
    source: Annotated[Path, typer.Argument(help="Parquet or CSV; facts are columns of their names.")],
    target: Annotated[Path, typer.Argument(help="Parquet or CSV to write.")],
    on: Day,
    measures: Wanted = None,
    area: AreaColumn = "area",
    subject: Subject = "subject",
    keep: Annotated[list[str] | None, typer.Option(help="Further column to carry over.")] = None,
    groups: Groups = None,
    memory: Memory = "1GB",
) -> None:
    """Evaluate every row: what each measure gives, and two bit masks with the reasons."""
    from chunfeng_rules.running import run_file

    chosen = _load(measures or [])
    with _refusing():
        rows = run_file(
            source, target, chosen, on=_day_or_column(on), area=area, subject=subject, keep=keep or (),
            groups=_groups(groups), memory=memory,
        )  # fmt: skip
    typer.echo(f"{target}: {rows} rows, {len(chosen)} measures")


@app.command()
def simulate(
    name: Annotated[str, typer.Argument(help="Measure in force: code of a shipped one, or a file.")],
    source: Annotated[Path, typer.Argument(help="Parquet or CSV; facts are columns of their names.")],
    on: Day,
    change: Annotated[
        list[str] | None, typer.Option(help="PARAMETER=VALUE as in a file; repeatable.")
    ] = None,
    since: Annotated[str, typer.Option(help="Day from which the changes hold; default: always.")] = "",
    instead: Annotated[Path | None, typer.Option(help="A file to compare with instead of changes.")] = None,
    area: AreaColumn = "area",
    subject: Subject = "subject",
    level: Annotated[int, typer.Option(help="Characters of the area code to sum by: 2, 4, 6, 9.")] = 6,
    groups: Groups = None,
    memory: Memory = "1GB",
) -> None:
    """Compare a changed measure with the one in force: who gains, who loses, what it costs by area and month."""
    from chunfeng_rules.running import simulate_file
    from chunfeng_rules.texts import Trouble
    from chunfeng_rules.whatif import variant

    before = _load([name])[0]
    pairs = dict(_pair(c) for c in change or [])
    try:
        after = (
            _load([str(instead)])[0]
            if instead
            else variant(before, pairs, since=_day(since) if since else None)
        )
    except Trouble as trouble:
        _stop(trouble.says.en)
    with _refusing():
        lines = simulate_file(
            source, before, after, on=_day_or_column(on), area=area, subject=subject, level=level,
            groups=_groups(groups), memory=memory,
        )  # fmt: skip
    names = ("area", "month", "subjects", "eligible_before", "eligible_after", "gain", "lose", "open_after")
    typer.echo("\t".join([*names, "cost_before", "cost_after"]))
    for line in lines:
        money = [f"{line[c] / 100:.2f}" for c in ("cost_before", "cost_after")]
        typer.echo("\t".join([*(str(line[n]) for n in names), *money]))
    gained, lost = sum(r["gain"] for r in lines), sum(r["lose"] for r in lines)
    more = sum(r["cost_after"] - r["cost_before"] for r in lines)
    typer.echo(f"gain {gained}, lose {lost}, cost {more / 100:+,.2f} yuan")


@app.command()
def pages(
    folder: Annotated[Path, typer.Argument(help="Folder to write, docs/policy.")],
) -> None:
    """Write the pages of the shipped measures in Chinese and English, with an index."""
    from chunfeng_rules.library import shipped
    from chunfeng_rules.pages import write

    typer.echo(f"{folder}: {write(shipped().values(), folder)} pages")


class _refusing:
    """Turns what cannot be read into a sentence and exit code 1."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        from chunfeng_rules.texts import BadFacts

        if isinstance(error, BadFacts):
            _stop(error.says.en)
        if error is not None and type(error).__module__.split(".")[0] in ("duckdb", "_duckdb"):
            _stop(str(error).splitlines()[0])


def _stop(says: str) -> Any:
    typer.echo(f"chunfeng: {says}", err=True)
    raise typer.Exit(1)


def _with_shipped(parsed: list[Any]) -> list[Any]:
    """What was read, with the shipped measures around it, so that local texts find what they refine."""
    from chunfeng_rules.library import SHIPPED
    from chunfeng_rules.reading import read_path

    own = {p.code for p in parsed}
    return [*parsed, *(m for p in sorted(SHIPPED.glob("*.yaml")) if (m := read_path(p)).code not in own)]


def _load(names: list[str]) -> list[Any]:
    """Measures by code or file; all shipped ones for an empty list."""
    from chunfeng_rules.library import assemble, shipped
    from chunfeng_rules.reading import read_path
    from chunfeng_rules.texts import BadMeasure

    found: list[Any] = []
    for name in names:
        if name in shipped():
            found.append(shipped()[name])
        elif Path(name).is_file():
            try:
                one = read_path(Path(name))
                found.append(assemble(_with_shipped([one]))[getattr(one, "refines", one.code)])
            except BadMeasure as bad:
                _stop("\n".join(f.line() for f in bad.findings))
        else:
            _stop(f"“{name}” is neither a shipped measure nor a file; shipped are {', '.join(shipped())}")
    return found or list(shipped().values())


def _pair(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign:
        _stop(f"“{text}” should be NAME=VALUE")
    return name.strip(), value.strip()


def _facts(one: Any, written: list[str]) -> dict[str, Any]:
    from chunfeng_rules.texts import Trouble
    from chunfeng_rules.units import parse_value

    given: dict[str, Any] = {}
    for each in written:
        name, value = _pair(each)
        if name not in one.facts:
            _stop(f"“{name}” is no fact of {one.code}; it asks for {', '.join(one.facts)}")
        try:
            given[name] = parse_value(value, one.facts[name].unit)
        except Trouble as trouble:
            _stop(f"{name}: {trouble.says.en}")
    return given


def _groups(written: list[str] | None) -> dict[str, Path]:
    return {name: Path(file) for name, file in map(_pair, written or [])}


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return _stop(f"“{text}” is not a day, for example 2020-03-01")


def _day_or_column(text: str) -> date | str:
    return _day(text) if text[:1].isdigit() else text
