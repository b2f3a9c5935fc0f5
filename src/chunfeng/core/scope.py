"""The second wall: PostgreSQL sees who acts and hides every row outside their range.

Inside `applied(actor)` the connection runs as the non-owner role `chunfeng_app` with the actor's range in
four settings; the policies in `walls.py` read them. Outside it an ordinary login sees no scoped row.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import connection, transaction

from chunfeng.core.actor import Actor

APP_ROLE = "chunfeng_app"

_SET = """SELECT set_config('role', %s, true), set_config('chunfeng.lo', %s, true),
set_config('chunfeng.hi', %s, true), set_config('chunfeng.above', %s, true),
set_config('chunfeng.user', %s, true), set_config('chunfeng.role', %s, true)"""

_current: ContextVar[Actor | None] = ContextVar("chunfeng_actor", default=None)


def current() -> Actor | None:
    """The actor whose scope is in force, or None."""
    return _current.get()


@contextmanager
def applied(actor: Actor, *, read_only: bool = False) -> Iterator[None]:
    """Run the block in one transaction that sees only what `actor` may see.

    With `read_only`, PostgreSQL refuses every write (used for GET). Scopes nest: the outer one is
    restored on leaving, also inside an outer transaction, where SET LOCAL would otherwise live on.
    """
    outer = _current.get()
    token = _current.set(actor)
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                if read_only and len(connection.savepoint_ids) == 0:
                    cursor.execute("SET TRANSACTION READ ONLY")
                _set(cursor, actor)
            yield
            if connection.savepoint_ids and not connection.needs_rollback:
                with connection.cursor() as cursor:
                    _set(cursor, outer)
    finally:
        _current.reset(token)


def _set(cursor, actor: Actor | None) -> None:  # type: ignore[no-untyped-def]
    if actor is None:
        cursor.execute(_SET, ["none", "", "", "", "", ""])
        return
    above = "{" + ",".join(actor.above) + "}"
    user = "" if actor.user_id is None else str(actor.user_id)
    cursor.execute(_SET, [APP_ROLE, actor.lo, actor.hi, above, user, actor.role])
