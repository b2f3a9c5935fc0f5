"""The command ``chunfeng``. Each group of commands lives in its own module and is loaded when it is called.

To add a group: write ``cli/NAME.py`` with a Typer ``app`` and add one line to ``GROUPS``; to add a single
command: write ``cli/NAME.py`` with a function ``NAME`` and add one line to ``COMMANDS``.
"""

from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

# name: (help, module that holds ``app``)
GROUPS = {
    "accounts": ("First administrators, one-time passwords.", "chunfeng.cli.accounts"),
    "areas": ("Administrative divisions: load, search.", "chunfeng.cli.areas"),
    "bulletin": ("Bulletins: draft, issue, export.", "chunfeng.cli.bulletin"),
    "db": ("Start, prepare, stop and look at the database.", "chunfeng.cli.db"),
    "form": ("Forms as data: shipped library, check, import, publish.", "chunfeng.cli.form"),
    "measure": ("Measures: check, explain, evaluate, what if.", "chunfeng.cli.measure"),
    "message": ("Messages to people: gateways, trial, outbox.", "chunfeng.cli.message"),
    "notice": ("Read official notices.", "chunfeng.cli.notice"),
    "offices": ("The office tree: import, template, list.", "chunfeng.cli.offices"),
    "people": ("The real-name register: imports, template, checks, deletion.", "chunfeng.cli.people"),
    "report": ("Reports owed: make, check, list the silent.", "chunfeng.cli.report"),
    "tasks": ("Assign, chase and deliver.", "chunfeng.cli.tasks"),
}
# name: (help, module that holds a function of that name, hyphens written as underscores)
COMMANDS: dict[str, tuple[str, str]] = {
    "pipeline": ("Run every step between the apps once.", "chunfeng.cli.serve"),
    "serve": ("Serve the site and run background jobs.", "chunfeng.cli.serve"),
}


class LazyGroup(TyperGroup):
    """Loads a sub-command only when it is asked for: reading a notice must not wait for Django."""

    _listing = False

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help page; the commands on it are named, not loaded."""
        self._listing = True
        try:
            super().format_help(ctx, formatter)
        finally:
            self._listing = False

    def list_commands(self, ctx: Any) -> list[str]:
        """Names of all commands, loaded or not."""
        return sorted({*super().list_commands(ctx), *GROUPS, *COMMANDS})

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command of that name, imported now."""
        if self._listing and cmd_name in GROUPS | COMMANDS:
            return TyperCommand(cmd_name, help=(GROUPS | COMMANDS)[cmd_name][0])
        if cmd_name in GROUPS:
            summary, module = GROUPS[cmd_name]
            command: Any = typer.main.get_group(import_module(module).app)
        elif cmd_name in COMMANDS:
            summary, module = COMMANDS[cmd_name]
            single = typer.Typer(add_completion=False)
            single.command(name=cmd_name)(getattr(import_module(module), cmd_name.replace("-", "_")))
            command = typer.main.get_command(single)
        else:
            return super().get_command(ctx, cmd_name)
        command.name, command.help = cmd_name, command.help or summary
        return command


app = typer.Typer(
    cls=LazyGroup, no_args_is_help=True, add_completion=False, pretty_exceptions_show_locals=False
)


@app.callback()
def chunfeng() -> None:
    """Chunfeng carries a public employment office through an emergency."""
