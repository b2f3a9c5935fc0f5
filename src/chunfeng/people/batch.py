"""Many answers taken in one request: what does not change meanwhile is looked up once.

Inside `batch()` rules in force, declarations, templates and offices are remembered for the whole batch (`once`),
and inside `entry()` the records that the entry has locked (`kept`). Outside both, every question is asked anew.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any, ParamSpec, TypeVar, cast

from django.db import transaction

from chunfeng.core import scope
from chunfeng.core.actions import gathered

T = TypeVar("T")
P = ParamSpec("P")
_batch: ContextVar[dict[Hashable, Any] | None] = ContextVar("chunfeng_batch", default=None)
_entry: ContextVar[dict[Hashable, Any] | None] = ContextVar("chunfeng_entry", default=None)


@contextmanager
def batch() -> Iterator[None]:
    """From here to the end of the block answers of `once` are remembered."""
    token = _batch.set({})
    try:
        yield
    finally:
        _batch.reset(token)


@contextmanager
def entry() -> Iterator[None]:
    """One entry of a batch: a savepoint of its own, its audit events in one statement, its locked rows remembered."""
    token = _entry.set({})
    try:
        with transaction.atomic(), gathered():
            yield
    finally:
        _entry.reset(token)


def once(key: Hashable, ask: Callable[[], T]) -> T:
    """The answer to a question that stays the same for the batch and whoever is in scope."""
    return _remembered(_batch.get(), key, ask)


def kept(key: Hashable, ask: Callable[[], T]) -> T:
    """The answer to a question about what this entry, or the batch before it, holds locked."""
    learnt = recall(key)
    return _remembered(_entry.get(), key, ask) if learnt is None else cast("T", learnt[0])


def keep(key: Hashable, answer: object) -> None:
    """Remember an answer for `kept` to the end of the entry, where there is one."""
    memory = _entry.get()
    if memory is not None:
        memory[scope.current(), key] = answer


def learn(key: Hashable, answer: object) -> None:
    """Remember an answer for `kept` and `recall` to the end of the batch, until it is forgotten."""
    memory = _batch.get()
    if memory is not None:
        memory[scope.current(), key] = answer


def recall(key: Hashable) -> tuple[Any] | None:
    """What was learnt, in a tuple; None where nothing was."""
    memory, asked = _batch.get(), (scope.current(), key)
    return (memory[asked],) if memory is not None and asked in memory else None


def forget(key: Hashable) -> None:
    """Ask anew from now on: a row was written that the answer does not know."""
    for memory in (_batch.get(), _entry.get()):
        if memory is not None:
            memory.pop((scope.current(), key), None)


def atomic(action: Callable[P, T]) -> Callable[P, T]:
    """`transaction.atomic` for an action that is a step of an entry too: there the entry's savepoint holds it."""
    alone = transaction.atomic(action)

    @wraps(action)
    def run(*args: P.args, **given: P.kwargs) -> T:
        return action(*args, **given) if _entry.get() is not None else alone(*args, **given)

    return run


def _remembered(memory: dict[Hashable, Any] | None, key: Hashable, ask: Callable[[], T]) -> T:
    if memory is None:
        return ask()
    asked = (scope.current(), key)
    if asked not in memory:
        memory[asked] = ask()
    return cast("T", memory[asked])
