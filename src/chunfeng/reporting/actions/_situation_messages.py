"""What offices are told about important situations. No personal data: who, when, by when, never what."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from chunfeng.core import scope
from chunfeng.core.actor import SYSTEM
from chunfeng.offices.models import Office
from chunfeng.reporting.models import Situation, SituationHop, SituationNews
from chunfeng.reporting.queries import situations as queries
from chunfeng.tasking import actions as tasking


def tell_sent(of: Situation, hop: SituationHop, at: datetime) -> None:
    """The receiver: a report has come in."""
    subject = _("Important situation from %(office)s") % {"office": of.office}
    lines = [
        _("Happened: %(when)s") % {"when": _clock(of.happened_at)},
        _("Sent by %(office)s at %(when)s") % {"office": hop.sender, "when": _clock(hop.sent_at)},
        _("Take it in by %(when)s.") % {"when": _clock(hop.due_at)},
    ]
    if of.people is not None:
        lines.insert(1, _("People concerned: %(n)s") % {"n": of.people})
    _tell(hop.receiver, subject, lines, f"situation:{of.pk}:hop:{hop.position}", at)


def tell_overdue(hop: SituationHop, now: datetime) -> None:
    """The receiver again, its leader, and the sender, who may now pass the silent office over."""
    stem = f"situation:{hop.situation_id}:hop:{hop.position}:late"
    subject = _("Not taken in: important situation from %(office)s") % {"office": hop.situation.office}
    lines = [
        _("Sent by %(office)s at %(when)s") % {"office": hop.sender, "when": _clock(hop.sent_at)},
        _("It was to be taken in by %(when)s.") % {"when": _clock(hop.due_at)},
    ]
    _tell(hop.receiver, subject, lines, stem, now)
    leader = _("For the leader") + " · " + subject
    _tell(hop.receiver, leader, lines, f"{stem}:leader", now, for_leader=True)
    silent = _("%(office)s has not taken in the situation") % {"office": hop.receiver}
    ways = [lines[1], _("Telephone, or pass it over to the next office above.")]
    _tell(hop.sender, silent, ways, f"{stem}:sender", now)


def tell_news(of: Situation, news: SituationNews, at: datetime) -> None:
    """The office that has the report in hand, and the one the report was merged into."""
    subject = _("Further news of the situation of %(office)s") % {"office": of.office}
    top = queries.top_of(of)
    with scope.applied(SYSTEM):
        last = queries.last_hop(top)
        reader = last.receiver if last else top.office
    if reader.pk != news.office_id:
        _tell(reader, subject, [_("Open the report to read it.")], f"situation:{of.pk}:news:{news.pk}", at)


def tell_settled(of: Situation, at: datetime) -> None:
    """The office that reported it, and those whose reports were merged into it, however deep."""
    subject = _("Settled: the important situation of %(when)s") % {"when": _clock(of.happened_at)}
    layer, offices = [of], {of.office_id: of.office}
    with scope.applied(SYSTEM):
        while layer:
            layer = list(Situation.objects.filter(merged_into__in=layer).select_related("office"))
            offices |= {each.office_id: each.office for each in layer}
    for office in offices.values():
        lines = [_("Open the report to read the outcome.")]
        _tell(office, subject, lines, f"situation:{of.pk}:settled:{office.pk}", at)


def _tell(
    office: Office, subject: str, lines: list[str], dedupe: str, at: datetime, *, for_leader: bool = False
) -> None:
    # a message goes onto the desk of an office above, which the sender's own range does not reach
    with scope.applied(SYSTEM):
        tasking.tell(
            office_id=office.pk,
            area_code=office.area_code,
            subject=subject,
            body="\n".join(lines),
            dedupe=dedupe,
            at=at,
            for_leader=for_leader,
        )


def _clock(moment: datetime) -> str:
    return timezone.localtime(moment).strftime("%Y-%m-%d %H:%M")
