"""Forms: what offices are asked, in every published wording."""

import datetime as dt
from typing import Annotated, Any

from django.http import Http404, HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from chunfeng.api.auth import needs
from chunfeng.api.paging import After, Limit, page
from chunfeng.api.types import Key, Next, OfficeRef
from chunfeng.reporting import queries
from chunfeng.reporting.choices import FormState
from chunfeng.reporting.models import Form, FormVersion

router = Router(tags=["forms"])


class FormOut(Schema):
    """A form in sight: asked for inside the own area or by an area above it."""

    id: int
    code: str
    title: str
    source: str = Field(description="Number and clause of the notice that orders the return.")
    state: str
    owner: OfficeRef = Field(description="The office that asks.")
    starts_on: dt.date | None
    ends_on: dt.date | None


class FormPage(Next):
    items: list[FormOut]


class VersionOut(Schema):
    """One published wording; it holds for periods from `applies_from` on."""

    number: int
    applies_from: dt.date
    published_at: dt.datetime
    definition: dict[str, Any] = Field(description="Indicators, breakdowns, checks, reporters, rhythm.")


class FormDetail(FormOut):
    """A form with its published wordings, the newest first."""

    versions: list[VersionOut]

    @staticmethod
    def resolve_versions(form: Form) -> list[FormVersion]:
        return list(queries.versions(form).filter(published_at__isnull=False))


@router.get("", response=FormPage, summary="Forms in sight, the newest first")
@needs("form.read")
def list_forms(
    request: HttpRequest,
    state: Annotated[FormState | None, Query()] = None,
    code: Annotated[str | None, Query(max_length=60, pattern=r"^[\w.-]+$")] = None,
    after: After = None,
    limit: Limit = 50,
) -> dict[str, Any]:
    """Narrow by state and by the code of the form."""
    rows = queries.forms_in_sight()
    if state:
        rows = rows.filter(state=state)
    if code:
        rows = rows.filter(code=code)
    return page(rows, after=after, limit=limit)


@router.get("/{pk}", response=FormDetail, summary="One form with its definition in every version")
@needs("form.read")
def get_form(request: HttpRequest, pk: Key) -> Any:
    """The definition is what a YAML file of the form holds."""
    form = queries.form_by_id(pk)
    if form is None:
        raise Http404
    return form
