"""The reader's refusals in the language of the person who sees them; the reader itself speaks English."""

from __future__ import annotations

from django.utils.translation import gettext as _


def in_plain_words(refusal: str, name: str) -> str:
    """A sentence for the screen: what the file is and what to do. Unknown refusals are shown as they came."""
    file = {"name": name}
    if "no text layer" in refusal:
        return _("“%(name)s” is a scan without text. Recognise its text, or type or paste it here.") % file
    if "is empty" in refusal or "holds no text" in refusal:
        return _("“%(name)s” holds no text. Choose another file, or paste the text here.") % file
    if "password" in refusal or "encrypted" in refusal or "locked" in refusal:
        return (
            _("“%(name)s” is locked or damaged. Save it without a password, or paste its text here.") % file
        )
    if "more than" in refusal or "too long" in refusal:
        return (
            _("“%(name)s” is larger than a notice may be. Split it, or paste the part that matters.") % file
        )
    if "not text in" in refusal:
        return (
            _("“%(name)s” is not written in a known encoding. Save it as UTF-8, or paste its text here.")
            % file
        )
    if "damaged" in refusal or "cannot be taken apart" in refusal:
        return _("“%(name)s” is damaged. Fetch it again, or paste its text here.") % file
    if "which cannot be read" in refusal or "not such a file" in refusal or "archive" in refusal:
        return (
            _(
                "“%(name)s” is of a kind that cannot be read. "
                "Save it as .docx, PDF or text, or paste its text."
            )
            % file
        )
    return refusal


def why_doubtful(why: str) -> str:
    """The reader's reason for doubting a place, for the screen."""
    if "several characters" in why:
        return _("several characters fit; choose by the sense")
    if "no character" in why:
        return _("no character fits the printed reading")
    if "was lost" in why or "byte off" in why:
        return _("a character was lost when the page was converted")
    return _("a question mark stands where a character should be")
