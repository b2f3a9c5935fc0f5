"""From the bytes of a file to its plain text: text, HTML, .docx and .pdf with a text layer.

Everything else is refused with a sentence that says what the file is and what to do. Paragraphs come out
as lines, cells of a table row with tabs between; indents of ideographic spaces are kept.
"""

from chunfeng.notices.reader.sources.refusal import MAX_BYTES, MAX_CHARACTERS, Unreadable
from chunfeng.notices.reader.sources.text import decoded, tidy

__all__ = ["MAX_BYTES", "MAX_CHARACTERS", "Unreadable", "plain_text", "too_large"]

_REFUSED = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Word or WPS file (.doc, .wps)", "Save it as .docx or .pdf"),
    (b"\x89PNG", "a picture", "Recognise its text (OCR) or paste the text"),
    (b"\xff\xd8\xff", "a picture", "Recognise its text (OCR) or paste the text"),
    (b"GIF8", "a picture", "Recognise its text (OCR) or paste the text"),
    (b"II*\x00", "a picture", "Recognise its text (OCR) or paste the text"),
    (b"MM\x00*", "a picture", "Recognise its text (OCR) or paste the text"),
    (b"{\\rtf", "an RTF file", "Save it as .docx or .pdf"),
    (b"Rar!", "an archive", "Unpack it and read the files inside"),
    (b"7z\xbc\xaf", "an archive", "Unpack it and read the files inside"),
    (b"\x1f\x8b", "an archive", "Unpack it and read the files inside"),
)
_REFUSED_NAMES = {
    ".ofd": ("an OFD file", "Save it as .pdf or paste the text"),
    ".xls": ("a spreadsheet", "Paste the text of the notice"),
    ".xlsx": ("a spreadsheet", "Paste the text of the notice"),
    ".ppt": ("slides", "Paste the text of the notice"),
    ".pptx": ("slides", "Paste the text of the notice"),
}


def plain_text(data: bytes, name: str = "") -> str:
    """Plain text of a file, before any repair. Line feeds end paragraphs.

    :param name: file name, used in refusals and where the bytes do not tell the kind
    :raises Unreadable: for what is not readable, empty, encrypted, a scan, or beyond the size limits
    """
    shown = name or "the text"
    if len(data) > MAX_BYTES:
        raise too_large(shown, len(data))
    if not data.strip(b"\x00 \t\r\n"):
        raise Unreadable(f"{shown} is empty. Choose the file again or paste the text.")
    text = tidy(_by_kind(data, name, shown))
    if len(text) > MAX_CHARACTERS:
        raise Unreadable(
            f"{shown} has {len(text):,} characters, more than the {MAX_CHARACTERS:,} a notice may have. "
            "Split it."
        )
    if not text.strip():
        raise Unreadable(f"{shown} holds no text. Choose another file or paste the text.")
    return text


def too_large(shown: str, size: int) -> Unreadable:
    """The refusal of a file of ``size`` bytes, more than :data:`MAX_BYTES`."""
    return Unreadable(
        f"{shown} has {size / 2**20:.1f} MB, more than the {MAX_BYTES // 2**20} MB a notice may have. "
        "Split it or paste the text."
    )


def _by_kind(data: bytes, name: str, shown: str) -> str:
    ending = name[name.rfind(".") :].lower() if "." in name else ""
    for magic, what, remedy in _REFUSED:
        if data.startswith(magic):
            raise Unreadable(f"{shown} is {what}, which cannot be read. {remedy}.")
    if b"%PDF-" in data[:1024]:
        from chunfeng.notices.reader.sources import pdf

        return pdf.text_of(data, shown)
    if ending in _REFUSED_NAMES:
        what, remedy = _REFUSED_NAMES[ending]
        raise Unreadable(f"{shown} is {what}, which cannot be read. {remedy}.")
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        from chunfeng.notices.reader.sources import docx

        return docx.text_of(data, shown)
    if ending in (".docx", ".pdf"):
        raise Unreadable(
            f"{shown} is called {ending} but is not such a file. It may be damaged: fetch it again."
        )
    from chunfeng.notices.reader.sources import html

    if html.is_html(data, ending):
        return html.text_of(data, shown)
    return decoded(data, shown)
