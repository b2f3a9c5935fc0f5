"""A notice on the terminal: header, clauses as a tree, duties as a table, repairs and suspect places."""

from typing import Any

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.rule import Rule
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from chunfeng.notices.reader import Reading

_FORCES = {
    "must": ("must", "bold red"),
    "must_not": ("must not", "bold magenta"),
    "should": ("should", "yellow"),
    "may": ("may", "green"),
}
_HEADER = (
    "number",
    "aliases",
    "kind",
    "issuers",
    "addressees",
    "date",
    "signer",
    "urgency",
    "forwards",
    "published",
)
_LONGEST = 12


def show(reading: Reading, *, first: bool = True, console: Console | None = None) -> None:
    """Print one reading in a form made for eyes."""
    out = console or Console(highlight=False)
    content = reading.as_json()
    if not first:
        out.print()
    out.print(Rule(Text(content["file"] or "text", style="bold"), align="left"))
    if not content["documents"]:
        out.print("No document was found in this text.")
    for number, document in enumerate(content["documents"], 1):
        _document(out, document, number, len(content["documents"]))
    _repairs(out, content)


def _document(out: Console, document: dict[str, Any], number: int, count: int) -> None:
    prefix = f"{number}/{count}  " if count > 1 else ""
    out.print(Text(f"\n{prefix}{document['title'] or '(no title)'}", style="bold cyan"))
    out.print(_header(document))
    if document["clauses"]:
        out.print(_tree(document))
    if document["duties"]:
        out.print(_duties(document))


def _header(document: dict[str, Any]) -> Table:
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    for name in _HEADER:
        value = document.get(name)
        if value is None or value == []:
            shown = Text("—", style="dim") if name in ("number", "issuers", "addressees", "date") else None
        else:
            shown = Text("、".join(map(str, value)) if isinstance(value, list) else str(value))
        if shown is not None:
            grid.add_row(name, shown)
    for contact in document.get("contacts") or []:
        parts = [contact.get("name"), *(contact.get("phones") or []), contact.get("email")]
        grid.add_row("contact", Text("  ".join(part for part in parts if part)))
    for attachment in document.get("attachments") or []:
        grid.add_row("attachment", Text(attachment if isinstance(attachment, str) else str(attachment)))
    for citation in document.get("citations") or []:
        parts = [
            f"《{citation['title']}》" if citation.get("title") else None,
            citation.get("number"),
            citation.get("clause"),
        ]
        grid.add_row("cites", Text(" ".join(part for part in parts if part)))
    return grid


def _tree(document: dict[str, Any]) -> Tree:
    tree = Tree(Text("clauses", style="dim"), guide_style="dim")
    branches: dict[str, Tree] = {"": tree}
    for clause in document["clauses"]:
        parent = clause["id"].rpartition(".")[0]
        while parent and parent not in branches:
            parent = parent.rpartition(".")[0]
        label = Text.assemble(
            (f"{clause['id']} ", "dim"), (clause["label"] or "", "cyan"), " ", _short(clause)
        )
        branches[clause["id"]] = branches[parent].add(label)
    return tree


def _short(clause: dict[str, Any]) -> str:
    words = clause["heading"] or " ".join(clause["text"].split())
    return words if len(words) <= 40 else words[:39] + "…"


def _duties(document: dict[str, Any]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, title="duties", title_justify="left", title_style="dim", expand=True)
    table.add_column("clause", no_wrap=True)
    table.add_column("force", no_wrap=True)
    table.add_column("who", overflow="fold", ratio=2)
    table.add_column("deadline", overflow="fold", ratio=2)
    table.add_column("words of the notice", overflow="fold", ratio=6)
    for duty in document["duties"]:
        name, style = _FORCES.get(duty["force"], (duty["force"], ""))
        who = Text(duty["actors"]["lead"] or "—")
        if duty["actors"]["with"]:
            who.append("\n+ " + "、".join(duty["actors"]["with"]), style="dim")
        table.add_row(
            str(duty["clause"] or "—"),
            Text(name, style=style),
            who,
            _deadline(duty["deadline"]),
            Text(duty["quote"]),
        )
    return table


def _deadline(deadline: dict[str, Any] | None) -> Text:
    if deadline is None:
        return Text("—", style="dim")
    dates = " – ".join(str(deadline[part]) for part in ("start", "end") if deadline.get(part))
    when = " ".join(str(part) for part in (dates, deadline.get("time"), deadline.get("every")) if part)
    return Text.assemble(deadline["text"] or "", ("\n" + (when or deadline["kind"]), "dim"))


def _repairs(out: Console, content: dict[str, Any]) -> None:
    for name, style in (("repairs", "green"), ("suspect", "bold red")):
        entries = content[name]
        if not entries:
            continue
        out.print(Text(f"\n{name}: {len(entries)}", style=style))
        for entry in entries[:_LONGEST]:
            found = entry.get("found", entry.get("text", ""))
            change = (
                f"{_cut(found)} → {_cut(entry['repaired']) or '(nothing)'}"
                if "repaired" in entry
                else _cut(found)
            )
            reason = escape(entry.get("how") or entry.get("why"))
            out.print(f"  [dim]{entry['at']:>7}[/]  {escape(change)}  [dim]{reason}[/]")
        if len(entries) > _LONGEST:
            out.print(f"  … {len(entries) - _LONGEST} more; --json lists all of them")


def _cut(text: str) -> str:
    return text if len(text) <= 24 else text[:23] + "…"
