"""All routes of the site, and the peer of filing: same server, same token, one insert."""

from __future__ import annotations

import json

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt


@csrf_exempt
def bare(request: HttpRequest, pk: int) -> HttpResponse:
    """Read the body of a filing and insert its numbers as one row."""
    said = json.loads(request.body)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO bench_bare (obligation_id, numbers, at) VALUES (%s, %s, now())",
            [pk, [int(value) for value in said["values"].values()]],
        )
    return JsonResponse({"id": pk})


urlpatterns = [path("api/bare/<int:pk>/", bare), path("", include("chunfeng.config.urls"))]
