"""Cyclic garbage, looked for less often while rows by the hundred thousand pass through."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_USUAL = gc.get_threshold()
_RARE = 500_000


@contextmanager
def collected_rarely() -> Iterator[None]:
    """A chunk makes some 70,000 small containers and drops them all, none of them in a cycle.

    At the usual pace the collector walks everything the process holds several times for each chunk: a third
    of the time of an import.
    """
    gc.set_threshold(_RARE, *_USUAL[1:])
    try:
        yield
    finally:
        gc.set_threshold(*_USUAL)
