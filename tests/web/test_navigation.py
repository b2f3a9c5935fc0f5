"""The navigation: few rooms side by side, many rooms in groups with those of the own group below."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from chunfeng.web import context
from tests import factories

pytestmark = pytest.mark.django_db


def _nav(html: str, name: str) -> list[tuple[str, bool]]:
    found = re.search(rf'<nav class="{name}".*?</nav>', html, re.S)
    links = re.findall(r'<a href="([^"]+)"([^>]*)>', found[0]) if found else []
    return [(url, "aria-current" in rest) for url, rest in links]


def test_many_rooms_stand_in_groups() -> None:
    office = factories.office("220184000000", line="hrss")
    page = factories.browse(factories.posting(office, "officer")).get(reverse("claims")).content.decode()
    top, beside = _nav(page, "rooms"), _nav(page, "beside")
    assert len(top) <= len(context.GROUPS)
    assert [url for url, here in top if here] == [reverse("measures")], "the group leads to its first room"
    assert (reverse("claims"), True) in beside
    assert reverse("people") not in dict(beside)


def test_few_rooms_stand_side_by_side() -> None:
    auditor = factories.posting(factories.office("220184000000", line="hrss"), "auditor")
    client = factories.browse(auditor)
    page = client.get(client.get(reverse("home")).headers["Location"]).content.decode()
    top = _nav(page, "rooms")
    assert 1 < len(top) <= context.FEW
    assert sum(here for _url, here in top) == 1
    assert _nav(page, "beside") == []
