"""Bodies of personal data: nobody is held without a purpose, a clause and a day of deletion."""

from __future__ import annotations

from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from chunfeng.core.actions import record
from chunfeng.core.actor import Actor
from chunfeng.core.errors import Refused
from chunfeng.offices import roles
from chunfeng.offices.actions.common import in_reach, required
from chunfeng.offices.models import Office
from chunfeng.people.models import Dataset


@transaction.atomic
def make_dataset(
    *,
    name: str,
    purpose: str,
    source: str,
    keep_until: date,
    by_duty: bool = True,
    owner: Office | None = None,
    by: Actor,
    at: datetime,
) -> Dataset:
    """Open a dataset of an office (the actor's own by default). The same again returns the one there is.

    `source` names the clause that asks for the data; `keep_until` is the day on which they are deleted;
    `by_duty` is False where they rest on consent. Raises `Refused`, `NotAllowed`.
    """
    roles.require(by, "dataset.change")
    if owner is None:
        owner = Office.objects.filter(pk=by.office_id or 0).first()
        if owner is None:
            raise Refused(_("Choose the office that answers for the dataset."))
    in_reach(by, owner)
    values = {
        "purpose": required(purpose, _("purpose"), 300),
        "source": required(source, _("source"), 300),
        "keep_until": keep_until,
        "by_duty": by_duty,
    }
    title = required(name, _("name"), 120)
    if keep_until <= timezone.localdate(at):
        raise Refused(
            _("The day of deletion %(day)s has passed: give the day on which the data are no longer needed.")
            % {"day": keep_until}
        )
    try:
        with transaction.atomic():
            made = Dataset.objects.create(
                owner=owner, area_code=owner.area_code, name=title, made_at=at, **values
            )
    except IntegrityError:
        known = Dataset.objects.get(owner=owner, name=title)
        if any(getattr(known, field) != value for field, value in values.items()):
            raise Refused(
                _("%(office)s has a dataset “%(name)s” with another purpose or day. Choose another name.")
                % {"office": owner.name, "name": title}
            ) from None
        return known
    record("dataset.make", by=by, on=made, at=at, detail={"keep_until": str(keep_until), "by_duty": by_duty})
    return made
