"""Reminders in the system, and where else the office wants them."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chunfeng.core import events
from chunfeng.core.actor import Actor
from chunfeng.core.crypto import mask
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.offices import roles
from chunfeng.tasking import actions, outbox, queries
from chunfeng.tasking.choices import Before, Channel
from chunfeng.tasking.models import OfficeChannel
from chunfeng.web import asked
from chunfeng.web.guards import guarded
from chunfeng.web.lists import Column, Filter, Listing
from chunfeng.web.templatetags.chunfeng import moment

_INBOX = Listing(
    name="inbox",
    sort="-pk",
    search=lambda rows, text: rows.filter(subject__icontains=text),
    filters=[
        Filter(
            "read", gettext_lazy("Read or not"), lambda: [("no", _("Unread")), ("yes", _("Read"))],
            apply=lambda rows, value: rows.filter(read_at__isnull=value == "no"),
        )
    ],
    columns=[
        Column("subject", gettext_lazy("Subject"), lambda m: m.subject),
        Column("at", gettext_lazy("Sent at"), lambda m: moment(m.created_at), order="pk"),
        Column("read", gettext_lazy("Read at"), lambda m: moment(m.read_at)),
    ],
)  # fmt: skip


@guarded("task.read")
def inbox(request: HttpRequest) -> HttpResponse:
    """Reminders to this office, newest first."""
    actor: Actor = request.actor
    rows = queries.inbox(actor)
    if _INBOX.wants_export(request):
        return _INBOX.export(request, rows)
    return render(request, "web/desk/inbox.html", {"page": _INBOX.page(request, rows)})


@guarded("task.read", "POST")
def read(request: HttpRequest) -> HttpResponse:
    """Mark the messages on the page as read."""
    keys = asked.keys(request.POST.getlist("message"))[:200]
    actions.mark_read(messages=keys, by=request.actor, at=timezone.now())
    return redirect(request.POST.get("next") if request.POST.get("next") in {"desk", "inbox"} else "inbox")


@guarded("task.delegate", "GET", "POST")
def channels(request: HttpRequest) -> HttpResponse:
    """The office's e-mail addresses and webhooks, masked; a new one is added by the form."""
    actor: Actor = request.actor
    error, status = "", 200
    if request.method == "POST":
        try:
            actions.add_channel(
                channel=request.POST.get("channel", ""), address=request.POST.get("address", ""), by=actor,
                at=timezone.now(),
            )  # fmt: skip
            messages.success(request, _("Added. Reminders go there from now on."))
            return redirect("channels")
        except NotAllowed:
            raise
        except Refused as refusal:
            error, status = str(refusal), 422
    rows = queries.channels(actor)
    shows_secret = roles.can(actor, "task.extend") and request.GET.get("secret", "")
    shown = [_shown(row, str(row.pk) == shows_secret) for row in rows]
    if any(row["secret"] for row in shown):
        events.record_read("channel.secret", by=actor, detail={"channel": shows_secret})
    context = {
        "channels": shown,
        "kinds": [c for c in Channel.choices if c[0] != Channel.IN_APP],
        "error": error,
        "typed": request.POST,
        "rule": queries.chase_rule(actor),
        "readings": Before.choices,
        "may_see_secret": roles.can(actor, "task.extend"),
    }
    return render(request, "web/desk/channels.html", context, status=status)


@guarded("task.extend", "POST")
def rule(request: HttpRequest) -> HttpResponse:
    """Set the office's own chasing rule."""
    names = ("before", "after", "every", "escalate", "hour", "before_means")
    given = {name: request.POST.get(name, "") for name in names}
    actions.set_chase_rule(**given, by=request.actor, at=timezone.now())
    messages.success(request, _("The chasing rule was set."))
    return redirect("channels")


@guarded("task.delegate", "POST")
def stop(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop using an address."""
    actor: Actor = request.actor
    found = next((c for c in queries.channels(actor) if c.pk == pk), None)
    if found is None:
        raise Http404(_("This address is no longer in use."))
    actions.stop_channel(channel=found, by=actor, at=timezone.now())
    messages.success(request, _("Nothing more is sent there."))
    return redirect("channels")


def _shown(row: OfficeChannel, with_secret: bool) -> dict[str, object]:
    address = str(row.address)
    if row.channel == Channel.EMAIL:
        name, _at, domain = address.partition("@")
        masked = f"{name[:1]}{'*' * max(len(name) - 1, 1)}@{domain}"
    else:
        scheme, _sep, rest = address.partition("://")
        host, _slash, path = rest.partition("/")
        masked = f"{scheme}://{host}/{mask(path)}"
    hook = row.channel == Channel.WEBHOOK
    return {
        "pk": row.pk, "kind": row.get_channel_display(), "masked": masked, "hook": hook,
        "secret": outbox.secret(row) if hook and with_secret else "",
    }  # fmt: skip
