"""The service worker, the manifest and the icons: what makes the shells installable and open without a line."""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from chunfeng.web.guards import public
from chunfeng.web.phone.shells import SHELLS

MODULES = (
    "calls", "calling", "cipher", "db", "dom", "forms", "frame", "line", "outbox", "script", "shell", "situation",
    "unsent", "vault", "worker", "zero",
)  # fmt: skip
FILES = (
    "web/tokens.css",
    "web/app.css",
    "web/phone.css",
    "web/icon.svg",
    *(f"web/phone/{name}.js" for name in MODULES),
)
"""What the shells load. Kept on the phone together with them, as one version."""
ICONS = {192: "web/icon-192.png", 512: "web/icon-512.png"}
_WORKER = Path(__file__).with_name("worker.js")


@public
@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The worker's script with the version and the lists it keeps."""
    known = {
        "VERSION": version(),
        "SHELLS": {name: reverse(name) for name in SHELLS},
        "FILES": [static(path) for path in FILES],
    }
    lines = [f"const {name} = {json.dumps(value)};" for name, value in known.items()]
    text = _WORKER.read_text(encoding="utf-8").replace("/* known */", "\n".join(lines))
    response = HttpResponse(text, content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    response["Service-Worker-Allowed"] = "/"
    return response


def version() -> str:
    """A short hash over the worker, the shells in every language and the files: other content, other version."""
    return _version.__wrapped__() if settings.DEBUG else _version()


@lru_cache(maxsize=1)
def _version() -> str:
    found = hashlib.sha256(_WORKER.read_bytes())
    for path in FILES:
        place = finders.find(path)
        if place is None:
            raise FileNotFoundError(path)
        found.update(Path(place).read_bytes())
    for language, _label in settings.LANGUAGES:
        with translation.override(language):
            for name, template in SHELLS.items():
                found.update(render_to_string(template, {"shell": name}).encode())
    return found.hexdigest()[:16]


@public
@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """What the phone shows of the installed pages (W3C application manifest)."""
    icons = [{"src": static("web/icon.svg"), "sizes": "any", "type": "image/svg+xml"}]
    for size, path in ICONS.items():
        icon = {"src": static(path), "sizes": f"{size}x{size}", "type": "image/png"}
        icons += [icon, {**icon, "purpose": "maskable"}]
    known = {
        "id": "/",
        "name": _("Chunfeng"),
        "short_name": _("Chunfeng"),
        "description": _("Calls, situations and zero reports, also without a line."),
        "lang": translation.get_language(),
        "start_url": reverse("calls"),
        "scope": "/",
        "display": "standalone",
        "background_color": "#f4f6f5",
        "theme_color": "#17694d",
        "icons": icons,
    }
    response = JsonResponse(known, content_type="application/manifest+json")
    response["Cache-Control"] = "no-cache"
    return response
