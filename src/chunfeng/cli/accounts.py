"""``chunfeng accounts``: first administrators of a new site, and the way back in when all are locked out."""

from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True)


@app.callback()
def accounts() -> None:
    """Make the first administrators, give one-time passwords. Everything stands in the audit trail."""


@app.command()
def add(
    username: Annotated[str, typer.Argument(help="The user name.")],
    name: Annotated[str, typer.Argument(help="The person's full name.")],
    office: Annotated[str, typer.Option(help="Code of the office in the directory.")],
    role: Annotated[str, typer.Option(help="For example system_admin, security_admin, audit_admin.")],
) -> None:
    """Make an account with a posting from today on and print its one-time password.

    Everybody after the first system administrator is better added on the site.
    """
    from chunfeng.cli.django import everywhere

    with everywhere():
        from django.utils import timezone

        from chunfeng.core.actor import SYSTEM
        from chunfeng.core.errors import Refused
        from chunfeng.offices import queries
        from chunfeng.offices.accounts import actions

        place = queries.office_by_code(office)
        if place is None:
            raise Refused(f"No office in service has the code “{office}”. See: chunfeng offices list")
        _user, posting, once = actions.create_user(
            username=username,
            name=name,
            office=place,
            role=role,
            valid_from=timezone.localdate(),
            by=SYSTEM,
            at=timezone.now(),
        )
    typer.echo(f"{posting}\n{once}")


@app.command()
def password(username: Annotated[str, typer.Argument(help="The user name.")]) -> None:
    """Give a one-time password and lift the lock-out, when no administrator can do it on the site."""
    from chunfeng.cli.django import everywhere

    with everywhere():
        from django.utils import timezone

        from chunfeng.core import queries
        from chunfeng.core.actor import SYSTEM
        from chunfeng.core.errors import Refused
        from chunfeng.offices.accounts import actions

        user = queries.user_by_name(username)
        if user is None:
            raise Refused(f"No active account has the user name “{username}”.")
        once = actions.give_one_time_password(user=user, by=SYSTEM, at=timezone.now())
        actions.unlock(user=user, by=SYSTEM, at=timezone.now())
    typer.echo(once)
