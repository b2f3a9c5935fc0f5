"""Files of an import in the store: larger than an upload by hand may be, and never held in memory."""

from __future__ import annotations

import hashlib
import os
import tempfile
from datetime import datetime
from pathlib import Path

from django.utils.translation import gettext as _

from chunfeng.core.actions import file_path
from chunfeng.core.actor import Actor
from chunfeng.core.errors import Refused
from chunfeng.core.models import StoredFile

MAX_FILE = 1 << 30
_BLOCK = 1 << 20


def keep(source: Path, *, name: str, media_type: str, area_code: str, by: Actor, at: datetime) -> StoredFile:
    """Copy the file into the store under its SHA-256, block by block, and add a row for it."""
    size = source.stat().st_size
    if size > MAX_FILE:
        raise Refused(
            _("The file “%(name)s” is larger than %(n)s MB. Split it.") % {"name": name, "n": MAX_FILE >> 20}
        )
    digest = sha256_of(source)
    target = file_path(digest)
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=target.parent)
        with source.open("rb") as given, os.fdopen(handle, "wb") as out:
            while block := given.read(_BLOCK):
                out.write(block)
            out.flush()
            os.fsync(out.fileno())
        Path(temporary).replace(target)
    return StoredFile.objects.create(
        sha256=digest,
        name=Path(name).name[:255] or "file",
        media_type=media_type[:100],
        size=size,
        area_code=area_code,
        at=at,
        by_name=by.name,
    )


def sha256_of(path: Path) -> str:
    """The digest of a file, read block by block."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def path_of(file: StoredFile) -> Path:
    """Where the stored bytes lie. Raises Refused when they are gone or were changed on the disk."""
    path = file_path(file.sha256)
    if not path.exists():
        raise Refused(
            _("The file “%(name)s” is missing from the store. Restore it from the backup.")
            % {"name": file.name}
        )
    if sha256_of(path) != file.sha256:
        raise Refused(
            _("The file “%(name)s” was changed on the disk. Restore it from the backup.")
            % {"name": file.name}
        )
    return path
