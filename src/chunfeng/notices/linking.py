"""Finding the documents that citations name among the notices held, in both directions."""

from __future__ import annotations

from django.db.models import Q

from chunfeng.notices.models import Citation, Notice


def link_citations(notice: Notice) -> int:
    """Resolve this notice's citations to notices in sight, and open citations elsewhere to it; say how many.

    A number decides; a title alone counts only where one side has no number and one notice fits.
    """
    return _outward(notice) + _inward(notice)


def _outward(notice: Notice) -> int:
    open_ones = list(notice.citations.filter(target__isnull=True))
    numbers = {c.number_key for c in open_ones} - {""}
    titles = {c.title_key for c in open_ones} - {""}
    if not (numbers or titles):
        return 0
    held = list(
        Notice.objects.filter(Q(number_key__in=numbers) | Q(title_key__in=titles))
        .exclude(pk=notice.pk)
        .only("id", "number_key", "title_key", "issuers", "title", "sha256", "state")[:500]
    )
    resolved = 0
    for citation in open_ones:
        target = _fit(citation, held)
        if target is not None:
            citation.target = target
            citation.save(update_fields=["target"])
            resolved += 1
    return resolved


def _fit(citation: Citation, held: list[Notice]) -> Notice | None:
    if citation.number_key:
        same = [n for n in held if n.number_key == citation.number_key]
        if same:
            # a document registered in several offices: the issued one, else the first, stands for it
            return min(same, key=lambda n: (n.state != "issued", n.pk))
    titled = [
        n
        for n in held
        if citation.title_key
        and n.title_key == citation.title_key
        and not (citation.number_key and n.number_key)
    ]
    if citation.issuer:
        titled = [n for n in titled if citation.issuer in n.issuers or citation.issuer in n.title] or titled
    distinct = {n.number_key or n.sha256 or n.pk for n in titled}
    return min(titled, key=lambda n: n.pk) if len(distinct) == 1 else None


def _inward(notice: Notice) -> int:
    named = Q()
    if notice.number_key:
        named |= Q(number_key=notice.number_key)
    if notice.title_key:
        named |= Q(number_key="", title_key=notice.title_key)
    if not named:
        return 0
    lo_hi = {"notice__area_code": notice.area_code}
    return (
        Citation.objects.filter(named, target__isnull=True, **lo_hi)
        .exclude(notice=notice)
        .update(target=notice)
    )
