"""Errors as RFC 9457 problem documents, with the sentence written for the person."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError
from pydantic import Field

from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.core.idempotency import KeyReused
from chunfeng.reporting.statements import BadFiling

MEDIA_TYPE = "application/problem+json"


class FailedCheck(Schema):
    """A check of the form that failed. A soft one is answered with a comment under its code."""

    code: str
    strength: str
    message: str
    needs_comment: bool


class Problem(Schema):
    """RFC 9457."""

    type: str = Field(
        "about:blank", description="What kind of problem; about:blank means the status says it."
    )
    title: str = Field(description="The status in words.")
    status: int
    detail: str = Field("", description="What happened and what to do, for the person.")
    errors: list[dict[str, Any]] = Field(default_factory=list, description="Which field is wrong, and why.")
    cells: dict[str, str] = Field(
        default_factory=dict, description="Of a refused report: which cell is wrong, and why."
    )
    checks: list[FailedCheck] = Field(
        default_factory=list, description="Of a refused report: the checks that spoke up."
    )


def problem(
    status: int, detail: str, *, errors: list[dict[str, Any]] | None = None, **more: Any
) -> HttpResponse:
    """A problem response; everything done in the request so far is undone. `more` are further members."""
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "errors": errors or [],
    } | more
    response = HttpResponse(json.dumps(body, ensure_ascii=False), status=status, content_type=MEDIA_TYPE)
    response.roll_back = True
    if status == HTTPStatus.UNAUTHORIZED:
        response["WWW-Authenticate"] = 'Bearer realm="chunfeng"'
    return response


def no_entry() -> HttpResponse:
    """401: neither a token that opens something nor a session."""
    return problem(401, _("Log in, or send a valid token as “Authorization: Bearer …”."))


def nothing() -> HttpResponse:
    """404: no such thing, or not in sight; which of the two is not said."""
    return problem(404, _("There is nothing here that you may see."))


def not_found(request: HttpRequest, rest: str = "") -> HttpResponse:
    """Every address of the API that is none."""
    return nothing() if request.user.is_authenticated else no_entry()


def install(api: NinjaAPI) -> None:
    """Give every kind of error its problem document."""

    def handler(kind: type[Exception], make: Any) -> None:
        api.add_exception_handler(kind, lambda request, error: make(error))

    handler(AuthenticationError, lambda error: no_entry())
    handler(Http404, lambda error: nothing())
    handler(HttpError, lambda error: problem(error.status_code, str(error)))
    handler(KeyReused, lambda error: problem(409, str(error)))
    handler(NotAllowed, lambda error: problem(403, str(error)))
    handler(Refused, lambda error: problem(422, str(error)))
    handler(BadFiling, bad_filing)
    handler(
        ValidationError, lambda error: problem(422, _("Some values cannot be used."), errors=_fields(error))
    )


def bad_filing(error: BadFiling) -> HttpResponse:
    """422 with every cell and every check at once."""
    checks = [
        {
            "code": doubt.code,
            "strength": str(doubt.strength),
            "message": str(doubt.message),
            "needs_comment": doubt.needs_comment,
        }
        for doubt in error.checks
    ]
    cells = {code: str(why) for code, why in error.cells.items()}
    return problem(422, str(error), cells=cells, checks=checks)


def _fields(error: ValidationError) -> list[dict[str, Any]]:
    return [
        {"where": ".".join(str(step) for step in each.get("loc", ())), "what": str(each.get("msg", ""))}
        for each in error.errors
    ]
