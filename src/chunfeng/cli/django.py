"""Start Django for the commands that need it, and the database with it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from chunfeng.core.errors import Refused


def setup() -> None:
    """Load settings and apps once."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chunfeng.config.settings")
    import django

    django.setup()


@contextmanager
def everywhere() -> Iterator[None]:
    """Django ready, and the block run as the system with every area in sight; refusals end the command."""
    from chunfeng.core.actor import SYSTEM

    try:
        setup()
        from chunfeng.core import scope

        with scope.applied(SYSTEM):
            yield
    except Refused as refusal:
        print(refusal, file=sys.stderr)  # noqa: T201
        raise SystemExit(1) from None
