"""E-mail through the site's mail server."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from chunfeng.people.channels.base import Channel, Outgoing
from chunfeng.people.choices import MessageChannel
from chunfeng.tasking import webhooks


class Email(Channel):
    """One connection serves a whole run of the outbox."""

    code: ClassVar[MessageChannel] = MessageChannel.EMAIL

    def __init__(self) -> None:
        self._mail = get_connection(fail_silently=False, timeout=webhooks.TIMEOUT)

    @classmethod
    def ready(cls) -> bool:
        """The usual backend of a trial site prints letters, numbers and all: it does not count."""
        return bool(settings.PERSON_EMAIL)

    def send(self, message: Outgoing) -> str:
        EmailMessage(
            message.subject,
            message.text,
            settings.DEFAULT_FROM_EMAIL,
            [message.address],
            headers={"Message-ID": f"<{message.key}@chunfeng>"},
            connection=self._mail,
        ).send()
        return ""

    def close(self) -> None:
        self._mail.close()
