"""Text layer of a PDF, with the lines that only the width of the page broke joined again."""

import io
import logging
import re
import time
import unicodedata

from chunfeng.notices.reader.sources.radicals import as_characters
from chunfeng.notices.reader.sources.refusal import MAX_CHARACTERS, Unreadable

_MAX_PAGES = 500
_MAX_SECONDS = 30.0
_PAGE_NUMBER = re.compile(
    r"^\s*(?:[—–―─-]{1,2}\s*\d{1,3}\s*[—–―─-]{1,2}|第\s*\d{1,3}\s*页(?:\s*[,，/]?\s*共\s*\d{1,3}\s*页)?|\d{1,3}(?:\s*/\s*\d{1,3})?)\s*$"
)
_ENDS = "。！？；：…!?;:"
_LABEL = re.compile(
    r"^[\s\u3000]*(?:第[一二三四五六七八九十百零〇\d]{1,5}[条章节篇]|[一二三四五六七八九十]{1,3}[、.．]|[（(][一二三四五六七八九十\d]{1,3}[)）]"
    r"|\d{1,2}[.、．](?!\d)|[①-⑳]|附件|附[:：]|抄送|主送|联系人|主题词)"
)
_ALONE = re.compile(
    r"^[\s\u3000]*(?:[〇○零一二三四五六七八九十\d]{4}年.{1,8}日|.{0,30}[〔\[［(（]\s*\d{4}\s*[〕\]］)）]\s*\S{0,3}\d{1,4}\s*号)[\s\u3000]*$"
)


def text_of(data: bytes, shown: str) -> str:
    """Text of a PDF, page by page.

    :raises Unreadable: for scans, encrypted, damaged, very long or very slow files
    """
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    from pypdf import PdfReader
    from pypdf.errors import DependencyError, FileNotDecryptedError

    locked = f"{shown} is a locked PDF. Save it without a password."
    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise Unreadable(locked)
        count = len(reader.pages)
        if count > _MAX_PAGES:
            raise Unreadable(
                f"{shown} has {count} pages, more than the {_MAX_PAGES} a notice may have. Split it."
            )
        pages = _pages(reader, shown)
    except Unreadable:
        raise
    except (DependencyError, FileNotDecryptedError) as trouble:
        raise Unreadable(locked) from trouble
    except Exception as trouble:
        raise Unreadable(f"{shown} is a damaged PDF. Fetch it again or paste the text.") from trouble
    if sum(len(page.strip()) for page in pages) < 10:
        raise Unreadable(
            f"{shown} has {count} page(s) and no text layer: it is a scan. "
            "Recognise its text (OCR) or paste the text."
        )
    return joined(line for page in pages for line in page.split("\n"))


def _pages(reader: "object", shown: str) -> list[str]:
    begun, pages, size = time.monotonic(), [], 0
    for number, page in enumerate(reader.pages, 1):  # type: ignore[attr-defined]
        pages.append(as_characters(unicodedata.normalize("NFC", page.extract_text() or "")))
        size += len(pages[-1])
        if size > MAX_CHARACTERS or time.monotonic() - begun > _MAX_SECONDS:
            raise Unreadable(f"{shown} is too long or too involved: stopped at page {number}. Split it.")
    return pages


def joined(printed: "object") -> str:
    """Paragraphs of printed lines: a full line that ends no sentence runs on into the next one.

    A line counts as full when it is nearly as wide as the widest common line. Page numbers are left out.
    """
    lines = [line.rstrip() for line in printed if not _PAGE_NUMBER.match(line)]  # type: ignore[attr-defined]
    widths = sorted(_width(line) for line in lines if line.strip())
    if not widths:
        return ""
    full = widths[int(len(widths) * 0.9)] - 4
    out: list[str] = []
    runs_on = False
    for line in lines:
        if not line.strip():
            continue
        if (
            runs_on
            and not _LABEL.match(line)
            and not _ALONE.match(line)
            and not line.startswith("\u3000\u3000")
        ):
            out[-1] += _glue(out[-1], line.strip())
        else:
            out.append(line.rstrip())
        runs_on = _width(line) >= full and full > 20 and not line.endswith(tuple(_ENDS))
    return "\n".join(out)


def _glue(before: str, after: str) -> str:
    latin = before[-1:].isascii() and after[:1].isascii() and before[-1:].isalpha() and after[:1].isalpha()
    return f" {after}" if latin else after


def _width(line: str) -> int:
    return sum(2 if sign > "\u2e80" else 1 for sign in line)
