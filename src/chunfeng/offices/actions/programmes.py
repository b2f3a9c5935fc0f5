"""Programmes of work: lead official, responsible department, coordination partners (A12, A15)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from chunfeng.core.actions import record
from chunfeng.core.actor import Actor
from chunfeng.core.errors import Refused
from chunfeng.offices import roles
from chunfeng.offices.actions.common import bounded, in_reach, required
from chunfeng.offices.models import Office, Programme, ProgrammePartner


@transaction.atomic
def add_programme(
    *,
    office: Office,
    name: str,
    lead_official: str,
    partners: Sequence[Office] = (),
    source: str = "",
    by: Actor,
    at: datetime,
) -> Programme:
    """A programme of work of a department, with its lead official and partners. One name, one programme."""
    roles.require(by, "group.change")
    in_reach(by, office)
    title = required(name, _("name"), 120)
    Office.objects.select_for_update(of=("self",)).get(pk=office.pk)
    if Programme.objects.filter(office=office, name=title).exists():
        raise Refused(
            _("%(office)s already has a programme of this name. Change it instead.") % {"office": office.name}
        )
    programme = Programme.objects.create(
        office=office,
        area_code=office.area_code,
        name=title,
        lead_official=required(lead_official, _("lead official"), 60),
        source=bounded(source, _("source"), 200),
    )
    _set_partners(programme, partners)
    record("programme.add", by=by, on=programme, at=at, detail={"partners": [o.code for o in partners]})
    return programme


@transaction.atomic
def change_programme(
    *,
    programme: Programme,
    name: str,
    lead_official: str,
    partners: Sequence[Office],
    source: str = "",
    by: Actor,
    at: datetime,
) -> Programme:
    """Replace what a programme says."""
    roles.require(by, "group.change")
    there = Programme.objects.select_for_update(of=("self",)).select_related("office").get(pk=programme.pk)
    in_reach(by, there.office)
    title = required(name, _("name"), 120)
    if Programme.objects.filter(office=there.office, name=title).exclude(pk=there.pk).exists():
        raise Refused(
            _("%(office)s already has a programme of this name. Change it instead.")
            % {"office": there.office.name}
        )
    there.name = title
    there.lead_official = required(lead_official, _("lead official"), 60)
    there.source = bounded(source, _("source"), 200)
    there.save()
    _set_partners(there, partners)
    record("programme.change", by=by, on=there, at=at, detail={"partners": [o.code for o in partners]})
    return there


def _set_partners(programme: Programme, partners: Sequence[Office]) -> None:
    if any(partner.pk == programme.office_id for partner in partners):
        raise Refused(_("An office is not its own partner: take it off the list."))
    wanted = {partner.pk for partner in partners}
    rows = ProgrammePartner.objects.filter(programme=programme)
    rows.exclude(office_id__in=wanted).delete()
    have = set(rows.values_list("office_id", flat=True))
    ProgrammePartner.objects.bulk_create(
        ProgrammePartner(programme=programme, office_id=pk) for pk in sorted(wanted - have)
    )
