"""`chunfeng message …`: which gateways are set up, a trial message, the key of receipts, the outbox."""

from __future__ import annotations

from typing import Annotated

import typer

from chunfeng.cli.django import setup

app = typer.Typer(help="Messages to people: gateways, trial, outbox.", no_args_is_help=True)
Channel = Annotated[str, typer.Argument(help="sms, email or chat.")]


@app.command()
def channels() -> None:
    """List the channels and say whether messages really leave by them."""
    setup()
    from chunfeng.people import channels as plug_ins
    from chunfeng.people.choices import MessageChannel

    for channel in MessageChannel:
        state = "in service" if plug_ins.in_service(channel) else "not set up"
        typer.echo(f"{channel.value}: {'nothing leaves' if channel == MessageChannel.CONSOLE else state}")


@app.command()
def trial(
    channel: Channel,
    address: Annotated[str, typer.Argument(help="A number or address of your own.")],
    text: Annotated[str, typer.Option(help="What to send.")] = "春风：网关联调测试。",
) -> None:
    """Hand one message to the gateway at once and say what it answered; nothing is kept. Ends with 1 when refused."""
    setup()
    from uuid import uuid4

    from chunfeng.core.errors import Refused
    from chunfeng.people.channels import Outgoing, serving
    from chunfeng.tasking.delivery import TROUBLE, words

    try:
        plug_in = serving(_known(channel))
        number = plug_in.send(Outgoing(f"chunfeng-trial-{uuid4().hex[:12]}", address, text, "春风"))
        plug_in.close()
    except (Refused, *TROUBLE) as error:
        typer.echo(f"chunfeng: {words(error)}", err=True)
        raise typer.Exit(1) from None
    typer.echo(f"taken, gateway's number: {number or '–'}")


@app.command()
def key(channel: Channel) -> None:
    """Print the key with which a gateway signs its receipts (docs/how-to/messages.md)."""
    setup()
    from chunfeng.people.actions.receipts import secret

    typer.echo(secret(_known(channel)))


@app.command()
def deliver() -> None:
    """Write the messages of confirmed mailings, then send what is queued (idempotent; runs every minute)."""
    setup()
    from django.utils import timezone

    from chunfeng.people import actions

    actions.run_mailings(now=timezone.now())
    done = actions.deliver(now=timezone.now())
    typer.echo(f"sent {done.sent}, postponed {done.postponed}, given up {done.failed}")


def _known(channel: str) -> str:
    if channel not in {"sms", "email", "chat"}:
        typer.echo("chunfeng: choose sms, email or chat", err=True)
        raise typer.Exit(2)
    return channel
