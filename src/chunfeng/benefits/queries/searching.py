"""What is typed into a search box: a document or credit code, a serial number (#12), or a beginning of a name."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q

from chunfeng.benefits.actions.beneficiaries import subject_key
from chunfeng.core import identifiers
from chunfeng.people import numbers


def searched(text: str, *, subject: str, names: Sequence[str]) -> Q:
    """A filter by these words: `subject` is the path to the subject's key, `names` those to what is named."""
    word = " ".join(text.split())
    if not word:
        return Q()
    if word.startswith("#") and word[1:].isascii() and word[1:].isdecimal() and len(word) < 19:
        return Q(pk=int(word[1:]))
    if any(sign.isdecimal() for sign in word):
        forms = {*numbers.document_forms(word), identifiers.plain(word)}
        return Q(**{f"{subject}__in": [subject_key(form) for form in forms]})
    return Q(*((f"{name}__startswith", word) for name in names), _connector=Q.OR)
