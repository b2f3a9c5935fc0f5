"""The filter of a campaign as people give it, checked entry by entry."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from chunfeng.areas import codes
from chunfeng.core.actor import Actor
from chunfeng.core.errors import Refused
from chunfeng.offices.actions.common import bounded
from chunfeng.people.actions.cleaning import check_area
from chunfeng.people.choices import VALUES, Category, FactKind
from chunfeng.people.models import Campaign
from chunfeng.people.queries import register
from chunfeng.people.queries.choosing import AFFECTED, NOTHING, Chosen


def check(given: Mapping[str, Any], *, by: Actor, on: date) -> Chosen:
    """The filter, or `Refused` naming the entry that cannot be. Keys are those of `Chosen`."""
    areas = {name: str(given.get(name) or "").strip() for name in ("home", "current", "work")}
    for name, label in (("home", _("home area")), ("current", _("current area")), ("work", _("work area"))):
        if areas[name] and not (name != "home" and areas[name] == AFFECTED):
            check_area(areas[name], label)
    if areas["home"] and not (by.sees(areas["home"]) or codes.contains(areas["home"], by.area_code)):
        raise Refused(_("The home area lies outside your own. Leave it empty for all of your area."))
    categories = tuple(dict.fromkeys(given.get("categories") or ()))
    if not set(categories) <= set(Category.values):
        raise Refused(_("One of the categories is not known. Choose from the list."))
    kind, value = str(given.get("fact_kind") or ""), str(given.get("fact_value") or "")
    if bool(kind) != bool(value) or (kind and kind not in FactKind.values):
        raise Refused(_("Choose both: what was stated about, and what was stated last."))
    if kind and value not in (NOTHING, *VALUES[kind]):
        raise Refused(
            _("“%(value)s” says nothing about “%(kind)s”. Choose one of: %(choices)s.")
            % {
                "value": value,
                "kind": FactKind(kind).label,
                "choices": "、".join(str(each.label) for each in VALUES[kind]),
            }
        )
    since = given.get("silent_since")
    if since is not None and since > on:
        raise Refused(_("“Not spoken with since” is a day in the future."))
    dataset, campaign = given.get("dataset"), given.get("unreached_of")
    if dataset and not register.datasets(by).filter(pk=dataset).exists():
        raise Refused(_("The dataset is no longer there, or out of your sight."))
    if campaign and not Campaign.objects.filter(pk=campaign).exists():
        raise Refused(_("The other round is no longer there, or out of your sight."))
    return Chosen(
        **areas,
        categories=categories,
        dataset=dataset or None,
        fact_kind=kind,
        fact_value=value,
        employer=bounded(given.get("employer") or "", _("employer"), 60),
        silent_since=since,
        unreached_of=campaign or None,
    )
