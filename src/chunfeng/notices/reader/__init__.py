"""Reading official documents: a file in, its repaired text and structure out. No Django below here.

reading = read(Path("notice.docx").read_bytes(), "notice.docx")
reading.raw, reading.text, reading.as_json()
"""

import hashlib
import json
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chunfeng.notices.reader.repair import Repair, Suspect, repair
from chunfeng.notices.reader.sources import MAX_BYTES, Unreadable, plain_text, too_large

if TYPE_CHECKING:
    from chunfeng.notices.reader.document import Document

__all__ = [
    "Reading",
    "Repair",
    "Suspect",
    "Unreadable",
    "read",
    "read_bytes",
    "read_file",
    "read_pasted",
    "read_path",
    "read_text",
]


@dataclass(frozen=True)
class Reading:
    """What was read from one file.

    ``raw`` is the text as it stood, ``text`` the repaired one; every offset points into ``text``.
    """

    file: str
    sha256: str
    raw: str
    text: str
    repairs: list[Repair] = field(default_factory=list)
    suspects: list[Suspect] = field(default_factory=list)

    @cached_property
    def documents(self) -> "list[Document]":
        """The documents on the page, in their order."""
        from chunfeng.notices.reader.document import read_documents

        return read_documents(self.text)

    def as_json(self) -> dict[str, Any]:
        """The reading as one plain object: file, sha256, repairs, suspect, documents."""
        return {
            "file": self.file,
            "sha256": self.sha256,
            "repairs": [change.as_json() for change in self.repairs],
            "suspect": [place.as_json() for place in self.suspects],
            "documents": [document.as_json() for document in self.documents],
        }

    def as_line(self) -> str:
        """The same on one line of JSON, Chinese left readable."""
        return json.dumps(self.as_json(), ensure_ascii=False)


def read(data: bytes, name: str) -> Reading:
    """Read the bytes of a file; the name tells its kind where the bytes do not.

    :raises Unreadable: with a sentence saying what the file is and what to do
    """
    return _reading(plain_text(data, name), name, data)


def read_pasted(text: str, name: str = "") -> Reading:
    """Read text that was pasted or typed; ``sha256`` is of its UTF-8 bytes."""
    data = text.encode("utf-8", "surrogatepass")
    return _reading(plain_text(text.encode("utf-8", "replace"), ""), name, data)


def read_path(path: str | Path) -> Reading:
    """Read a file from disk.

    :raises Unreadable: when it cannot be opened or read
    """
    path = Path(path)
    try:
        size = path.stat().st_size
        data = path.read_bytes() if size <= MAX_BYTES else b""
    except (OSError, ValueError) as trouble:
        reason = getattr(trouble, "strerror", None) or "the name is not a file name"
        raise Unreadable(f"{path} cannot be opened: {reason}. Check the name and the rights.") from trouble
    if size > MAX_BYTES:
        raise too_large(path.name, size)
    return read(data, path.name)


def read_file(path: str | Path) -> dict[str, Any]:
    """Read a file from disk into the JSON contract's object.

    :raises Unreadable: when it cannot be opened or read
    """
    return read_path(path).as_json()


def read_bytes(data: bytes, name: str) -> dict[str, Any]:
    """Read the bytes of a file into the JSON contract's object."""
    return read(data, name).as_json()


def read_text(text: str, name: str = "") -> dict[str, Any]:
    """Read pasted text into the JSON contract's object."""
    return read_pasted(text, name).as_json()


def _reading(raw: str, name: str, data: bytes) -> Reading:
    done = repair(raw)
    digest = hashlib.sha256(data).hexdigest()
    return Reading(name, digest, raw, done.text, done.repairs, done.suspects)
