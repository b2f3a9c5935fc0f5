"""Pages by key: newest first, each page says where the next begins."""

from __future__ import annotations

from typing import Annotated, Any

from django.db.models import QuerySet
from ninja import Query

from chunfeng.api.types import BIGGEST_KEY

MAX_PAGE = 100


Limit = Annotated[int, Query(ge=1, le=MAX_PAGE, description="Rows on a page.")]
After = Annotated[int | None, Query(ge=1, le=BIGGEST_KEY, description="The `next` of the page before.")]


def page(rows: QuerySet[Any], *, after: int | None, limit: int) -> dict[str, Any]:
    """`limit` rows with smaller keys than `after`; reads one more to know of a next page."""
    rows = rows.order_by("-pk")
    if after is not None:
        rows = rows.filter(pk__lt=after)
    found = list(rows[: limit + 1])
    more = len(found) > limit
    return {"items": found[:limit], "next": found[limit - 1].pk if more else None}
