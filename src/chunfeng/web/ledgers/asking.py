"""What a page of the ledgers is asked for: an area in the actor's range, a day, a place."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from chunfeng.areas import codes
from chunfeng.areas import queries as areas
from chunfeng.core.actor import Actor
from chunfeng.people.queries.lists import Asked
from chunfeng.web import asked


def question(request: HttpRequest) -> Asked:
    """The area of `area` where it lies in the actor's range, else the actor's own; the day of `on`, today at most."""
    actor: Actor = request.actor
    today = timezone.localdate()
    area = _code(request.GET.get("area", ""))
    if not area or not (actor.sees(area) or area == actor.area_code):
        area = actor.area_code or codes.COUNTRY
    on = min(asked.day(request.GET.get("on")) or today, today)
    since = asked.day(request.GET.get("since"))
    place = _code(request.GET.get("place", ""))
    return Asked(actor, area, on, since, "" if place == codes.COUNTRY else place)


def link(name: str, q: Asked, *, area: str = "", place: str = "") -> str:
    """The address of the people of a list."""
    today = timezone.localdate()
    query = {"area": area or q.area}
    if q.on != today:
        query["on"] = q.on.isoformat()
    if q.since is not None:
        query["since"] = q.since.isoformat()
    if place or q.place:
        query["place"] = place or q.place
    return f"{reverse('ledger-people', args=[name])}?{urlencode(query)}"


def path(q: Asked) -> list[tuple[str, str]]:
    """(code, name) of the areas from the actor's own down to the one asked for."""
    own = q.actor.area_code or codes.COUNTRY
    chain = [
        code
        for code in (*codes.ancestors(q.area), q.area)
        if len(codes.prefix(code)) >= len(codes.prefix(own))
    ]
    names = areas.areas(chain, q.on)
    return [(code, names[code].name if code in names else code) for code in chain]


def _code(text: str) -> str:
    try:
        return codes.check(text)
    except codes.BadCode:
        return ""
