"""The public REST API: read notices, tasks, forms, reports, figures, areas and offices; file reports."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from ninja import NinjaAPI
from ninja.openapi.docs import DocsBase
from ninja.openapi.schema import OpenAPISchema

from chunfeng.api import areas, figures, forms, messages, notices, offices, problems, reports, tasks
from chunfeng.api.auth import BySession, ByToken

ABOUT = """Every answer is limited to the range of the posting that asks: a token acts for the posting it was
made in. Lists are paged by key: give `next` of one page as `after` of the next. Errors are problem documents
(RFC 9457); `detail` is written for the person. Writing takes an `Idempotency-Key` header: the same key with
the same body gets the same answer and has one effect."""
PROBLEMS = {
    400: "Not readable",
    401: "Not logged in",
    403: "Not permitted",
    404: "Not there",
    422: "Not acceptable",
}


class LocalSwagger(DocsBase):
    """Swagger UI from our own static files: no other site, no inline script."""

    def render_page(self, request: HttpRequest, api: NinjaAPI, **kwargs: Any) -> HttpResponse:
        settings = {
            "layout": "BaseLayout",
            "deepLinking": True,
            "validatorUrl": None,
            "url": self.get_openapi_url(api, kwargs),
        }
        return render(request, "api/docs.html", {"swagger": settings, "home": reverse("home")})


class Api(NinjaAPI):
    """Adds the problem documents to every operation of the schema."""

    def get_openapi_schema(self, **kwargs: Any) -> OpenAPISchema:
        schema = super().get_openapi_schema(**kwargs)
        problem = problems.Problem.model_json_schema(ref_template="#/components/schemas/{model}")
        schema["components"]["schemas"] |= problem.pop("$defs") | {"Problem": problem}
        for operations in schema["paths"].values():
            for operation in operations.values():
                for status, text in PROBLEMS.items():
                    operation["responses"].setdefault(status, _problem(text))
                if "Idempotency-Key" in str(operation.get("parameters")):
                    operation["responses"][409] = _problem("The key was used for another request")
        return schema


def _problem(text: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": text, "content": {problems.MEDIA_TYPE: {"schema": schema}}}


api = Api(
    title="Chunfeng API",
    version="1.0.0",
    description=ABOUT,
    docs=LocalSwagger(),
    docs_url="/docs",
    openapi_url="/openapi.json",
    auth=[ByToken(), BySession()],
    urls_namespace="api",
    docs_decorator=login_required,
)
problems.install(api)
api.add_router("/notices", notices.router)
api.add_router("/tasks", tasks.router)
api.add_router("/forms", forms.router)
api.add_router("/forms", reports.events)
api.add_router("/reports", reports.router)
api.add_router("/figures", figures.router)
api.add_router("/areas", areas.router)
api.add_router("/offices", offices.router)
api.add_router("/messages", messages.router)
