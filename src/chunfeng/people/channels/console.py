"""The console: nothing leaves; the server's log says that there was a message, without number and text."""

from __future__ import annotations

import logging
from typing import ClassVar

from chunfeng.core.crypto import mask
from chunfeng.people.channels.base import Channel, Outgoing
from chunfeng.people.choices import MessageChannel

log = logging.getLogger("chunfeng.people.messages")


class Console(Channel):
    """For trying out, and wherever no gateway is set up."""

    code: ClassVar[MessageChannel] = MessageChannel.CONSOLE

    @classmethod
    def ready(cls) -> bool:
        return True

    def send(self, message: Outgoing) -> str:
        log.info("%s to %s, %d characters", message.key, mask(message.address), len(message.text))
        return ""
