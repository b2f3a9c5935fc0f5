"""Provinces and what lies directly below them, for the questions that ask for a place without a line."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from chunfeng.areas import codes
from chunfeng.areas import queries as areas
from chunfeng.web.phone.answers import answering


@answering("call.work")
def places(request: HttpRequest) -> dict[str, Any]:
    """{"places": {code: name}}, about 400 of them; under a municipality its districts. A phone asks once."""
    on, found = timezone.localdate(), {}
    for province in areas.children(codes.COUNTRY, on):
        found[province.code] = province.name
        found |= {below.code: below.name for below in areas.children(province.code, on)}
    return {"places": found}
