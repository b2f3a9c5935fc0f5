"""Writing the audit trail and storing files."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from chunfeng.core.actor import Actor
from chunfeng.core.errors import Refused
from chunfeng.core.models import Event, StoredFile

MAX_FILE = 20 * 1024 * 1024
_waiting: ContextVar[list[Event] | None] = ContextVar("chunfeng_waiting_events", default=None)


def record(
    verb: str,
    *,
    by: Actor,
    on: models.Model | None = None,
    kind: str = Event.Kind.WRITE,
    at: datetime | None = None,
    area_code: str | None = None,
    detail: dict[str, Any] | None = None,
    reason: str = "",
) -> None:
    """Append one audit event. Call it inside the action's transaction, so that both stand or fall.

    `verb` is "noun.act" (for example "notice.issue"); `detail` is JSON without personal data. `area_code`
    defaults to that of the object, then that of the actor.
    """
    if area_code is None:
        area_code = getattr(on, "area_code", None) or by.area_code
    event = Event(
        at=at or timezone.now(),
        kind=kind,
        verb=verb,
        actor_id_at=by.user_id,
        actor_name=by.name,
        role=by.role,
        office_id_at=by.office_id,
        office_name=by.office_name,
        area_code=area_code,
        actor_area_code=by.area_code,
        object_type=on._meta.label_lower if on is not None else "",
        object_id=str(on.pk) if on is not None else "",
        object_label=str(on)[:200] if on is not None else "",
        detail=detail or {},
        reason=reason[:500],
        ip=by.ip,
    )
    waiting = _waiting.get()
    if waiting is None:
        _append([event])
    else:
        waiting.append(event)


@contextmanager
def gathered() -> Iterator[None]:
    """Write the events of the block in one statement at its end, none where it raises.

    Stands directly inside the savepoint of the same block, so that events and rows stand or fall together; a
    savepoint within it that may be given up has a `gathered` of its own.
    """
    outer, own = _waiting.get(), list[Event]()
    token = _waiting.set(own)
    try:
        yield
    finally:
        _waiting.reset(token)
    if outer is not None:
        outer += own
    elif own:
        _append(own)


def _append(events: list[Event]) -> None:
    # the option keeps Django from asking for the new rows back, which only an auditor may read
    Event.objects.bulk_create(events, ignore_conflicts=True)


def store_file(
    *, data: bytes, name: str, media_type: str, area_code: str, by: Actor, at: datetime
) -> StoredFile:
    """Keep the bytes under their SHA-256 and add a row. Raises `Refused` for empty or over-large files."""
    if not data:
        raise Refused(_("The file “%(name)s” is empty. Choose it again.") % {"name": name})
    if len(data) > MAX_FILE:
        raise Refused(
            _("The file “%(name)s” is larger than 20 MB. Split it or save it smaller.") % {"name": name}
        )
    digest = hashlib.sha256(data).hexdigest()
    target = file_path(digest)
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=target.parent)
        with os.fdopen(handle, "wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        Path(temporary).replace(target)
    return StoredFile.objects.create(
        sha256=digest,
        name=Path(name).name[:255] or "file",
        media_type=media_type[:100],
        size=len(data),
        area_code=area_code,
        at=at,
        by_name=by.name,
    )


def file_path(sha256: str) -> Path:
    """Where the bytes with this digest lie."""
    return Path(settings.FILES_ROOT) / sha256[:2] / sha256[2:4] / sha256


def read_file(file: StoredFile) -> bytes:
    """The stored bytes. Raises `Refused` when they are gone or were changed on the disk."""
    try:
        data = file_path(file.sha256).read_bytes()
    except FileNotFoundError:
        raise Refused(
            _("The file “%(name)s” is missing from the store. Restore it from the backup.")
            % {"name": file.name}
        ) from None
    if hashlib.sha256(data).hexdigest() != file.sha256:
        raise Refused(
            _("The file “%(name)s” was changed on the disk. Restore it from the backup.")
            % {"name": file.name}
        )
    return data
