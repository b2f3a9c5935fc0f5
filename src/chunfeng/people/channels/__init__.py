"""The ways by which a message reaches a person, each a small plug-in. Which are in service, settings say."""

from __future__ import annotations

from django.utils.translation import gettext as _

from chunfeng.core.errors import Refused
from chunfeng.people.channels.base import Channel, NotAccepted, Outgoing
from chunfeng.people.channels.console import Console
from chunfeng.people.channels.email import Email
from chunfeng.people.channels.gateway import Chat, Sms
from chunfeng.people.choices import MessageChannel

__all__ = ["Channel", "NotAccepted", "Outgoing", "in_service", "is_group", "serving"]

_PLUG_INS: tuple[type[Channel], ...] = (Console, Sms, Email, Chat)
_BY_CODE = {each.code: each for each in _PLUG_INS}


def in_service(code: str) -> bool:
    """Whether messages really leave by this channel; the console's never do."""
    plug_in = _BY_CODE[MessageChannel(code)]
    return plug_in is not Console and plug_in.ready()


def is_group(code: str) -> bool:
    """Whether a whole group reads what goes by this channel."""
    return _BY_CODE[MessageChannel(code)].group


def serving(code: str) -> Channel:
    """The plug-in of a channel. Raises `Refused` where the site has not set it up (any more)."""
    plug_in = _BY_CODE[MessageChannel(code)]
    if not plug_in.ready():
        raise Refused(_("No gateway is set up for this channel."))
    return plug_in()
