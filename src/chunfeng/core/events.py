"""Audit events of reads: a GET cannot write, so they are kept until the response is ready."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import models

from chunfeng.core import actions, scope
from chunfeng.core.actor import Actor
from chunfeng.core.models import Event


class Pending:
    """Events waiting for the end of a request."""

    def __init__(self) -> None:
        self.waiting: list[tuple[str, dict[str, Any]]] = []

    def flush(self) -> None:
        """Write them in one transaction under the actor who read."""
        for verb, arguments in self.waiting:
            with scope.applied(arguments["by"]):
                actions.record(verb, **arguments)
        self.waiting.clear()


_pending: ContextVar[Pending | None] = ContextVar("chunfeng_pending_events", default=None)


@contextmanager
def collected() -> Iterator[Pending]:
    """Collect the reads of one request."""
    pending = Pending()
    token = _pending.set(pending)
    try:
        yield pending
    finally:
        _pending.reset(token)


def record_read(verb: str, *, by: Actor, on: models.Model | None = None, **more: Any) -> None:
    """Note a read of personal data."""
    _note(verb, kind=Event.Kind.READ, by=by, on=on, **more)


def record_export(verb: str, *, by: Actor, on: models.Model | None = None, **more: Any) -> None:
    """Note an export: `detail` says which list, which filter and how many rows."""
    _note(verb, kind=Event.Kind.EXPORT, by=by, on=on, **more)


def _note(verb: str, **arguments: Any) -> None:
    pending = _pending.get()
    if pending is None:
        actions.record(verb, **arguments)
    else:
        pending.waiting.append((verb, arguments))
