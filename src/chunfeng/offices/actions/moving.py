"""An office in another area: what follows it, and what keeps it where it is."""

from __future__ import annotations

from collections.abc import Iterator

from django.apps import apps
from django.db.models import Model, Q
from django.utils.translation import gettext as _

from chunfeng.areas.fields import area_columns
from chunfeng.core import scope
from chunfeng.core.actor import SYSTEM
from chunfeng.core.errors import Refused
from chunfeng.core.models import ApiToken
from chunfeng.offices.models import LeadingGroup, Office, OfficeContact, Posting, Programme, Responsibility

FOLLOW = (OfficeContact, Posting, LeadingGroup, Programme)
APART = (Office, Responsibility)
"""Their area is their own: where an office below lies, which area somebody answers for."""


def check_move(office: Office) -> None:
    """Papers and work of an office stay in the area they arose in, out of sight of the office's new one.

    :raises Refused: when there are any, with what they are and what to do instead
    """
    with scope.applied(SYSTEM):
        held = [(model, count) for model, about in _bound() if (count := _count(model, about, office))]
    if held:
        raise Refused(
            _(
                "%(office)s cannot move to another area: %(held)s belong to the present one. "
                "Retire this office and add a new one in the other area."
            )
            % {
                "office": office.name,
                "held": "、".join(f"{model._meta.verbose_name} {count}" for model, count in held),
            }
        )


def move_rows(office: Office) -> None:
    """Rows that hang on the office follow it: contacts, postings with their tokens, groups, programmes."""
    for model in FOLLOW:
        model._base_manager.filter(office=office).update(area_code=office.area_code)
    for group in office.leading_groups.all():
        group.memberships.update(area_code=office.area_code)
    postings = list(office.postings.values_list("pk", flat=True))
    with scope.applied(SYSTEM):
        ApiToken.objects.filter(posting_id_at__in=postings).update(area_code=office.area_code)


def _bound() -> Iterator[tuple[type[Model], list[str]]]:
    """Every other model with an area of its own that points at an office, and through which fields."""
    scoped = {model for model, field in area_columns() if field.name == "area_code"}
    for model in apps.get_models():
        about = [f.name for f in model._meta.concrete_fields if f.is_relation and f.related_model is Office]
        if about and model in scoped and model not in (*FOLLOW, *APART):
            yield model, about


def _count(model: type[Model], about: list[str], office: Office) -> int:
    through = Q()
    for name in about:
        through |= Q(**{name: office})
    return model._base_manager.filter(through, area_code=office.area_code).count()
