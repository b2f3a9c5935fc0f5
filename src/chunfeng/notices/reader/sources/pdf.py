"""Text layer of a PDF, with the lines that only the width of the page broke joined again."""

import io
import logging
import re
import time
import unicodedata
from collections import Counter
from collections.abc import Iterable

from chunfeng.notices.reader.sources.radicals import as_characters
from chunfeng.notices.reader.sources.refusal import MAX_CHARACTERS, Unreadable

_MAX_PAGES = 500
_MAX_SECONDS = 30.0
_PAGE_NUMBER = re.compile(
    r"^\s*(?:[—–―─-]{1,2}\s*\d{1,3}\s*[—–―─-]{1,2}|第\s*\d{1,3}\s*页(?:\s*[,，/]?\s*共\s*\d{1,3}\s*页)?|\d{1,3}(?:\s*/\s*\d{1,3})?)\s*$"
)
_LIGATURES = re.compile("[\ufb00-\ufb06]+")
_NUMBER = re.compile(r"\d+")
_ENDS = tuple("。！？：…!?:")
_OPEN_ENDS = tuple("，、-（《“〔")
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
    return joined(without_furniture([page.split("\n") for page in pages]))


def _pages(reader: "object", shown: str) -> list[str]:
    begun, pages, size = time.monotonic(), [], 0
    for number, page in enumerate(reader.pages, 1):  # type: ignore[attr-defined]
        pages.append(_plain_signs(page.extract_text() or ""))
        size += len(pages[-1])
        if size > MAX_CHARACTERS or time.monotonic() - begun > _MAX_SECONDS:
            raise Unreadable(f"{shown} is too long or too involved: stopped at page {number}. Split it.")
    return pages


def _plain_signs(text: str) -> str:
    """Radicals, ligatures and a doublet that fonts put in the place of characters, as the characters."""
    text = _LIGATURES.sub(lambda found: unicodedata.normalize("NFKC", found[0]), text)
    return as_characters(unicodedata.normalize("NFC", text)).replace("戶", "户")


def without_furniture(pages: list[list[str]]) -> list[str]:
    """All lines but those at the head or foot of pages that come back on most pages, numbers aside."""
    edges = [[_NUMBER.sub("#", line.strip()) for line in page[:2] + page[-2:]] for page in pages]
    seen = Counter(line for edge in edges for line in set(edge) if line)
    repeated = {line for line, count in seen.items() if len(pages) > 1 and count >= max(2, 0.6 * len(pages))}
    kept: list[str] = []
    for page in pages:
        for at, line in enumerate(page):
            at_edge = at < 2 or at >= len(page) - 2
            if not (at_edge and _NUMBER.sub("#", line.strip()) in repeated):
                kept.append(line)
    return kept


def joined(printed: Iterable[str]) -> str:
    """Paragraphs of printed lines: a full line that ends no sentence runs on into the next one.

    A line counts as full when it is nearly as wide as the widest common line; a very full one runs on even
    after a full stop, for the last line of a paragraph is hardly ever full. Page numbers are left out.
    """
    lines = [line.rstrip() for line in printed if not _PAGE_NUMBER.match(line)]
    widths = sorted(_width(line) for line in lines if line.strip())
    if not widths:
        return ""
    widest = widths[int(len(widths) * 0.9)]
    out: list[str] = []
    before = ""
    for line in filter(str.strip, lines):
        if before and _runs_on(before, line, widest):
            out[-1] += _glue(out[-1], line.strip())
        else:
            out.append(line)
        before = line
    return "\n".join(out)


def _runs_on(line: str, after: str, widest: int) -> bool:
    """Whether a printed line goes on in the one after it."""
    if _LABEL.match(after) or _ALONE.match(after) or after.startswith("\u3000\u3000") or widest <= 24:
        return False
    width = _width(line)
    if line.endswith(_OPEN_ENDS):
        return width >= 0.7 * widest
    return width >= widest - 1 or (width >= widest - 6 and (after[0] == "（" or not line.endswith(_ENDS)))


def _glue(before: str, after: str) -> str:
    latin = before[-1:].isascii() and after[:1].isascii() and before[-1:].isalpha() and after[:1].isalpha()
    return f" {after}" if latin else after


def _width(line: str) -> int:
    return sum(2 if sign > "\u2e80" else 1 for sign in line)
