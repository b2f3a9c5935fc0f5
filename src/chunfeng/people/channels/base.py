"""What a channel is: it takes one message, hands it over, and returns the gateway's number for it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from chunfeng.people.choices import MessageChannel


class NotAccepted(OSError):
    """The gateway answered and did not take the message; `reason` says why, `final` that asking again is in vain."""

    def __init__(self, reason: str, *, final: bool = False) -> None:
        self.reason = reason
        self.final = final
        super().__init__(reason)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message as a channel needs it. `key` is the same at every attempt: gateways drop what they have."""

    key: str
    address: str
    text: str
    subject: str


class Channel(ABC):
    """A way out. Built once for each run of the outbox; `close` gives back what it holds open."""

    code: ClassVar[MessageChannel]
    group: ClassVar[bool] = False
    """Whether a whole group reads what is sent: then no text may speak of one person."""

    @classmethod
    @abstractmethod
    def ready(cls) -> bool:
        """Whether the site has set it up."""

    @abstractmethod
    def send(self, message: Outgoing) -> str:
        """Hand one message over; the gateway's number for it, or "".

        Raises `Refused` where the way itself is forbidden, OSError (`NotAccepted` among them), ValueError or
        HTTPException where it did not work this time.
        """

    def close(self) -> None:
        """Give back connections."""
        return
