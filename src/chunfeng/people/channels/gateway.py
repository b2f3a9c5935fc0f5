"""Gateways over HTTP: text messages, group chats. What they expect and answer differs, so settings describe it.

A body is a template of fields; `{address}`, `{text}`, `{key}`, `{subject}` and `{token}` in it are put in at
one pass, so that nothing in a text is taken for a field.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar
from urllib.parse import urlencode

from django.conf import settings

from chunfeng.people.channels.base import Channel, NotAccepted, Outgoing
from chunfeng.people.choices import MessageChannel
from chunfeng.tasking import webhooks

_FIELD = re.compile(r"\{(address|text|key|subject|token)\}")


@dataclass(frozen=True, slots=True)
class Gateway:
    """How to speak with one gateway. `url` empty: it is not set up.

    `taken` is "path=value" in the JSON answer where 2xx alone does not mean success; `reference` is the path of
    the gateway's number for the message; `hopeless` are values at the path of `taken` after which asking again
    is in vain (a wrong number).
    """

    url: str = ""
    token: str = ""
    form: bool = False
    fields: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    signature: str = ""
    taken: str = ""
    reference: str = ""
    hopeless: tuple[str, ...] = ()


class HttpGateway(Channel):
    """One POST for each message; what settings do not say comes from `usual`."""

    code: ClassVar[MessageChannel]
    usual: ClassVar[Gateway] = Gateway()

    @classmethod
    def gateway(cls) -> Gateway:
        """The settings of this gateway over what is usual."""
        given = getattr(settings, "MESSAGE_GATEWAYS", {}).get(cls.code, {})
        known = {name: getattr(cls.usual, name) for name in Gateway.__slots__}
        return Gateway(**{**known, **{name: value for name, value in given.items() if value}})

    @classmethod
    def ready(cls) -> bool:
        return bool(cls.gateway().url)

    def send(self, message: Outgoing) -> str:
        way = self.gateway()
        values = {
            "address": message.address,
            "text": way.signature + message.text,
            "key": message.key,
            "subject": message.subject,
            "token": way.token,
        }
        filled = put_in(way.fields, values)
        if way.form:
            body, media = urlencode(_flat(filled)).encode(), "application/x-www-form-urlencoded"
        else:
            body, media = json.dumps(filled, ensure_ascii=False).encode(), "application/json"
        headers = {
            "Content-Type": f"{media}; charset=utf-8",
            "User-Agent": "Chunfeng",
            "Idempotency-Key": message.key,
            **put_in(dict(way.headers), values),
        }
        return self._number(way, webhooks.post(way.url, body, headers))

    def _number(self, way: Gateway, answer: bytes) -> str:
        """The gateway's number in its answer. Raises `NotAccepted` where it says that it did not take it."""
        try:
            said = json.loads(answer)
        except ValueError:
            said = {}
        path, _sign, wanted = way.taken.partition("=")
        if path and (got := at_path(said, path)) != wanted:
            raise NotAccepted(f"{path}={got[:60]}", final=got in way.hopeless)
        return at_path(said, way.reference)[:120] if way.reference else ""


class Sms(HttpGateway):
    """Text messages."""

    code: ClassVar[MessageChannel] = MessageChannel.SMS
    usual: ClassVar[Gateway] = Gateway(
        fields={"mobile": "{address}", "content": "{text}", "msgid": "{key}"},
        headers={"Authorization": "Bearer {token}"},
    )


class Chat(HttpGateway):
    """The robot of a work group: the group reads it, the person is called by their number."""

    code: ClassVar[MessageChannel] = MessageChannel.CHAT
    group: ClassVar[bool] = True
    usual: ClassVar[Gateway] = Gateway(
        fields={"msgtype": "text", "text": {"content": "{text}", "mentioned_mobile_list": ["{address}"]}},
        taken="errcode=0",
    )


def put_in(shape: Any, values: Mapping[str, str]) -> Any:
    """The template with the values in their places, whatever it is nested of."""
    if isinstance(shape, str):
        return _FIELD.sub(lambda found: values[found[1]], shape)
    if isinstance(shape, Mapping):
        return {name: put_in(each, values) for name, each in shape.items()}
    if isinstance(shape, list | tuple):
        return [put_in(each, values) for each in shape]
    return shape


def at_path(said: Any, path: str) -> str:
    """What stands at "data.0.id" of an answer, as text; "" where there is nothing."""
    for step in path.split("."):
        if isinstance(said, list) and step.isdecimal() and int(step) < len(said):
            said = said[int(step)]
        elif isinstance(said, dict):
            said = said.get(step)
        else:
            return ""
    return "" if said is None or isinstance(said, dict | list) else str(said)


def _flat(filled: Mapping[str, Any]) -> dict[str, str]:
    return {
        name: each if isinstance(each, str) else json.dumps(each, ensure_ascii=False)
        for name, each in filled.items()
    }
