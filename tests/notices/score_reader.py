"""Score the notice reader against gold files: `python -m tests.notices.score_reader [DIRECTORY] [--errors]`.

Any directory with NAME.txt (.html, .docx, .pdf) beside NAME.gold.json will do; fixtures/README.md has the
form of a gold file and the rules behind it. Exit code 1: a target is missed; 2: there is nothing to score.
"""

import json
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from tests.notices.comparing import (
    Json,
    begins_alike,
    brief,
    clause_ids,
    closeness,
    dated,
    flat,
    flat_list,
    overlap,
    pair_documents,
    pair_duties,
    people,
    right_lead,
    same_citation,
    same_deadline,
    same_place,
)

FIXTURES = Path(__file__).parent / "fixtures"
SUFFIXES = (".txt", ".html", ".htm", ".docx", ".pdf")
HEADER = ("number", "issuers", "addressees", "date", "kind", "title")
TARGETS = dict.fromkeys(HEADER, 0.95) | {
    "citations recall": 0.95,
    "citations precision": 0.95,
    "deadlines": 0.95,
    "duties recall": 0.92,
    "duties precision": 0.95,
    "lead": 0.80,
    "lead where named": 0.80,
    "verbatim": 1.0,
}
EMPTY: Json = dict.fromkeys(("title", "number", "date", "kind", "signer", "urgency", "forwards")) | {
    name: []
    for name in ("issuers", "addressees", "citations", "clauses", "duties", "contacts", "attachments")
}

app = typer.Typer(add_completion=False)


@dataclass
class Tally:
    """How many of how many were right."""

    right: int = 0
    total: int = 0

    @property
    def share(self) -> float:
        """Right of total, 1.0 when nothing was asked."""
        return self.right / self.total if self.total else 1.0


@dataclass(frozen=True)
class Miss:
    """One wrong value: the file and place, what the gold file says, what was read."""

    file: str
    field: str
    gold: Any
    found: Any


@dataclass
class Score:
    """All tallies by name, the misses, and the number of dates that no gold duty has."""

    tallies: dict[str, Tally] = field(default_factory=dict)
    misses: list[Miss] = field(default_factory=list)
    false_dates: int = 0
    file: str = ""

    def mark(self, name: str, right: bool, gold: Any, found: Any) -> None:
        """Count one answer under a name and keep it when it is wrong."""
        tally = self.tallies.setdefault(name, Tally())
        tally.total += 1
        tally.right += right
        if not right:
            self.misses.append(Miss(self.file, name, gold, found))

    def failed(self) -> list[str]:
        """The names of the targets that are missed."""
        missed = [name for name, least in TARGETS.items() if self.tallies.get(name, Tally()).share < least]
        return missed + (["false dates"] if self.false_dates else [])


def score_header(score: Score, want: Json, got: Json) -> None:
    """Number, issuers, addressees, date, kind, title, and the lesser parts for information."""
    titles = flat_list([want["title"], *want.get("title_also", [])])
    score.mark("title", flat(got["title"]) in titles, want["title"], got["title"])
    for name in ("number", "date", "kind"):
        # A number must come in normal form, so width counts here.
        same = re.sub(r"\s", "", want[name] or "") == re.sub(r"\s", "", got[name] or "")
        score.mark(name, same, want[name], got[name])
    for name in ("issuers", "addressees"):
        score.mark(name, flat_list(want[name]) == flat_list(got[name]), want[name], got[name])
    for name in ("signer", "urgency", "forwards"):
        if name in want:
            score.mark(name, want[name] == got[name], want[name], got[name])
    if want.get("attachments") is not None:
        same = flat_list(want["attachments"]) == flat_list(got["attachments"])
        score.mark("attachments", same, want["attachments"], got["attachments"])
    if want.get("contacts") is not None:
        score.mark("contacts", people(want) == people(got), people(want), people(got))


def score_citations(score: Score, want: Json, got: Json) -> None:
    """Recall over the expected ones, precision over those that are not optional."""
    rest = list(got["citations"])
    for citation in want["citations"]:
        hit = next((one for one in rest if same_citation(citation, one)), None)
        if hit is not None:
            rest.remove(hit)
        if citation.get("optional"):
            continue
        score.mark("citations recall", hit is not None, citation, None)
        if hit is not None:
            score.mark("citations precision", True, None, hit)
            if citation.get("clause"):
                article = hit["clause"]
                score.mark("citation clause", citation["clause"] == article, citation["clause"], article)
    for extra in rest:
        score.mark("citations precision", False, None, extra)


def score_clauses(score: Score, want: Json, got: Json) -> None:
    """Labelled clauses: found where they begin, and with their id."""
    rest = [one for one in got["clauses"] if one["label"]]
    for clause in want["clauses"]:
        hit = next((one for one in rest if begins_alike(clause, one)), None)
        score.mark("clauses recall", hit is not None, f"{clause['label']} {clause['opens']}", None)
        if hit is not None:
            rest.remove(hit)
            score.mark("clauses precision", True, None, None)
            score.mark("clause ids", hit["id"] in clause_ids(clause), clause["id"], hit["id"])
    for extra in rest:
        score.mark("clauses precision", False, None, f"{extra['label']} {extra['text'][:20]}")


def score_deadlines(score: Score, want: Json, got: Json) -> None:
    """Right dates among those expected, and dates that no overlapping gold duty has."""
    for duty in want["duties"]:
        near = [one["deadline"] for one in got["duties"] if overlap(duty["quote"], one["quote"])]
        deadline = duty["deadline"]
        if duty.get("optional") or not deadline:
            continue
        if dated(deadline):
            hit = any(same_deadline(deadline, one) for one in near)
            score.mark("deadlines", hit, brief(deadline), [brief(one) for one in near])
        elif deadline["kind"] == "fuzzy":
            hit = any(one and one["kind"] == "fuzzy" for one in near)
            score.mark("fuzzy deadlines", hit, deadline["text"], [brief(one) for one in near])
    for duty in got["duties"]:
        deadline = duty["deadline"]
        if deadline and (deadline["start"] or deadline["end"]):
            near = [one["deadline"] for one in want["duties"] if overlap(one["quote"], duty["quote"])]
            dates = [(one["start"], one["end"]) for one in near if one]
            if (deadline["start"], deadline["end"]) not in dates:
                score.false_dates += 1
                wanted = [brief(one) for one in near]
                score.misses.append(Miss(score.file, "false dates", wanted, brief(deadline)))


def score_duties(score: Score, want: Json, got: Json) -> None:
    """Recall, precision, and for the pairs force, actors, recipient, clause and quantities."""
    pairs = pair_duties(want["duties"], got["duties"])
    for duty in want["duties"]:
        if not duty.get("optional"):
            hit = next((found for gold, found in pairs if gold is duty), None)
            score.mark("duties recall", hit is not None, duty["quote"], None)
            close = hit is not None and closeness(duty["quote"], hit["quote"]) >= 0.9
            score.mark("duties recall, strict", close, duty["quote"], hit and hit["quote"])
    for found in got["duties"]:
        gold = next((gold for gold, one in pairs if one is found), None)
        if gold is None or not gold.get("optional"):
            score.mark("duties precision", gold is not None, None, found["quote"])
    for gold, found in pairs:
        if not gold.get("optional"):
            score_pair(score, gold, found)


def score_pair(score: Score, gold: Json, found: Json) -> None:
    """One duty beside its gold duty."""
    quote = gold["quote"]
    score.mark("force", gold["force"] == found["force"], (gold["force"], quote), found["force"])
    lead = gold["actors"]["lead"]
    right = right_lead(gold, found["actors"])
    score.mark("lead", right, (lead, gold.get("lead_also"), quote), found["actors"])
    if lead:
        score.mark("lead where named", right, (lead, quote), found["actors"])
        partners = sorted(flat_list(gold["actors"]["with"]))
        if partners:
            same = partners == sorted(flat_list(found["actors"]["with"]))
            score.mark("with", same, gold["actors"], found["actors"])
    recipients = flat_list([gold["report_to"], *gold.get("report_to_also", [])])
    score.mark("report to", flat(found["report_to"]) in recipients, (recipients, quote), found["report_to"])
    if gold["clause"]:
        same = same_place(gold["clause"], found["clause"])
        score.mark("duty clause", same, (gold["clause"], quote), found["clause"])
    for quantity in gold["quantities"]:
        amounts = [(one["value"], one["unit"].removeprefix("个")) for one in found["quantities"]]
        hit = (quantity["value"], quantity["unit"].removeprefix("个")) in amounts
        score.mark("quantities", hit, quantity, found["quantities"])


def score_verbatim(score: Score, text: str, got: Json) -> None:
    """Every quote stands in the repaired text, inside the clause it names."""
    spans = {one["id"]: text[one["start"] : one["end"]] for one in got["clauses"]}
    for duty in got["duties"]:
        stands = duty["quote"] in spans.get(duty["clause"], text)
        score.mark("verbatim", stands, duty["clause"], duty["quote"])


def score_file(score: Score, path: Path) -> None:
    """Read one file and add its marks; a file the reader refuses counts as empty."""
    from chunfeng.notices.reader import Unreadable, read

    gold = json.loads(gold_of(path).read_text(encoding="utf-8"))
    score.file = path.name
    try:
        reading = read(path.read_bytes(), path.name)
        found, text = reading.as_json()["documents"], reading.text
    except Unreadable as refusal:
        score.misses.append(Miss(path.name, "unreadable", None, str(refusal)))
        found, text = [], ""
    score_documents(score, gold["documents"], found, text)


def score_documents(score: Score, gold: list[Json], found: list[Json], text: str) -> None:
    """Add the marks of the documents of one page; ``text`` is the repaired text they were read from."""
    score.mark("documents", len(found) == len(gold), len(gold), len(found))
    for want, got in pair_documents(gold, found):
        if want:
            score_header(score, want, got or EMPTY)
        if got:
            score_verbatim(score, text, got)
        for step in (score_citations, score_clauses, score_duties, score_deadlines):
            step(score, want or EMPTY, got or EMPTY)


def gold_of(path: Path) -> Path:
    """NAME.gold.json beside NAME.txt."""
    return path.with_name(f"{path.stem}.gold.json")


def cases(directory: Path) -> list[Path]:
    """The files of a directory that have a gold file."""
    return sorted(path for path in directory.iterdir() if path.suffix in SUFFIXES and gold_of(path).exists())


def score_directory(directory: Path) -> Score:
    """Score every case of a directory."""
    score = Score()
    for path in cases(directory):
        score_file(score, path)
    return score


@app.command()
def main(directory: Annotated[Path, typer.Argument()] = FIXTURES, errors: bool = False) -> None:
    """Print how well the reader reads the notices of a directory; --errors lists every miss."""
    console = Console()
    if not directory.is_dir() or not cases(directory):
        console.print(f"{directory}: no NAME.txt with NAME.gold.json here. Name a directory that has both.")
        sys.exit(2)
    score = score_directory(directory)
    table = Table("field", "right", "of", "share", "target", title=f"Reader on {len(cases(directory))} files")
    failed = score.failed()
    for name in [*TARGETS, *(one for one in score.tallies if one not in TARGETS)]:
        tally = score.tallies.get(name, Tally())
        target = f"{TARGETS[name]:.0%}" if name in TARGETS else ""
        style = "red" if name in failed else None
        table.add_row(name, str(tally.right), str(tally.total), f"{tally.share:.1%}", target, style=style)
    style = "red" if score.false_dates else None
    table.add_row("false dates", str(score.false_dates), "", "", "0", style=style)
    console.print(table)
    if errors:
        for miss in sorted(score.misses, key=lambda one: (one.field, one.file)):
            console.print(f"{miss.field} · {miss.file}", markup=False)
            console.print(f"   gold  {miss.gold}\n   read  {miss.found}", markup=False)
    sys.exit(bool(failed))


if __name__ == "__main__":
    app()
