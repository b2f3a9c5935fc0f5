"""The people of a list, masked; with what was done for them where that matters."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from chunfeng.areas import queries as areas
from chunfeng.people.choices import ContactKind, FollowUpReason
from chunfeng.people.models import Person
from chunfeng.people.queries import departure, lists
from chunfeng.people.queries.ledgers import Done
from chunfeng.people.queries.lists import LISTS
from chunfeng.web.guards import guarded
from chunfeng.web.ledgers import asking
from chunfeng.web.lists import Column, Listing
from chunfeng.web.people import common
from chunfeng.web.registrations.panel import VERDICT_TONES


@never_cache
@guarded("person.read")
def home(request: HttpRequest, named: str) -> HttpResponse:
    """One page of the list; `export=xlsx` gives it whole, masked as well."""
    if named not in LISTS:
        raise Http404
    q = asking.question(request)
    names = common.Names(q.actor)
    rows = lists.people(named, q).prefetch_related("phones", "categories")
    listing = columns(named, names)
    if listing.wants_export(request):
        return listing.export(request, rows)
    page = listing.page(request, rows)
    names.load_people(page.rows)
    leaving = named.startswith("leaving")
    advice = departure.advice(page.rows, q.on) if leaving else {}
    names.load(each.wish.place for each in advice.values() if each.wish)
    context = {
        "named": LISTS[named],
        "page": page,
        "q": q,
        "path": asking.path(q),
        "n": lists.people(named, q).count(),
        "place": areas.paths([q.place], q.on).get(q.place, "") if q.place else "",
        "leaving": leaving,
        "rows": [
            {
                "person": person,
                "home": names.short(person.area_code),
                "work": names.of(person.work_area),
                "phones": common.masked_phones(person)[:1],
                "advice": advice.get(person.pk),
                "to": names.of(advice[person.pk].wish.place) if leaving and advice[person.pk].wish else "",
                "tone": VERDICT_TONES[advice[person.pk].verdict] if leaving else "",
            }
            for person in page.rows
        ],
    }
    return render(request, "web/ledgers/people.html", context)


def columns(name: str, names: common.Names) -> Listing:
    """What is exported of a list of people."""

    def first_phone(person: Person) -> str:
        return (common.masked_phones(person) or [""])[0]

    shown: list[Column] = [
        Column("name", gettext_lazy("Name"), lambda p: p.name),
        Column("sex", gettext_lazy("Sex"), lambda p: p.get_sex_display() if p.sex else ""),
        Column("age", gettext_lazy("Age"), lambda p: common.age(p.birth), number=True),
        Column("phone", gettext_lazy("Phone"), first_phone),
        Column("home", gettext_lazy("Home area"), lambda p: names.short(p.area_code)),
        Column("current", gettext_lazy("Now at"), lambda p: names.of(p.current_area)),
        Column("work", gettext_lazy("Work area"), lambda p: names.of(p.work_area)),
        Column("employer", gettext_lazy("Employer"), lambda p: p.employer),
    ]
    return Listing(name=f"people_{name.replace('-', '_')}", sort="-pk", columns=shown)


def done_words(done: Done) -> list[tuple[str, str]]:
    """What was done with a person, as tags: (tone, words)."""
    found: list[tuple[str, str]] = []
    if done.isolated_until:
        found.append(("info", _("isolated until %(day)s") % {"day": done.isolated_until}))
    for reason, next_on in done.follow_ups.items():
        label = FollowUpReason(reason).label
        found.append(("warn", f"{label} {next_on:%m-%d}" if next_on else str(label)))
    found += [("", f"{ContactKind(kind).label} {n}") for kind, n in done.contacts.most_common(3)]
    if done.messages:
        found.append(("", _("messages %(n)s") % {"n": done.messages}))
    return found
