"""The ways by which a message reaches a person, each a small plug-in. Which are in service, settings say."""

from __future__ import annotations

from chunfeng.people.channels.base import Channel, NotAccepted, Outgoing
from chunfeng.people.channels.console import Console
from chunfeng.people.choices import MessageChannel

__all__ = ["Channel", "NotAccepted", "Outgoing", "in_service", "serving"]

_PLUG_INS: tuple[type[Channel], ...] = (Console,)
_BY_CODE = {each.code: each for each in _PLUG_INS}


def in_service(code: str) -> bool:
    """Whether messages really leave by this channel."""
    plug_in = _BY_CODE.get(MessageChannel(code))
    return plug_in is not None and plug_in.ready()


def serving(code: str) -> Channel:
    """The plug-in that carries messages of a channel: its own where it is set up, else the console."""
    plug_in = _BY_CODE.get(MessageChannel(code), Console)
    return plug_in() if plug_in.ready() else Console()
