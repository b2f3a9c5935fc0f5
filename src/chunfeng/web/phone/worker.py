"""The service worker, its scripts, the manifest: what makes the shells installable and open without a line."""

from __future__ import annotations

import hashlib
import json
import re
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import conditional_page, require_safe

from chunfeng.web.guards import public
from chunfeng.web.phone.compress import compressed
from chunfeng.web.phone.shells import SHELLS

_HERE = Path(__file__).parent
_WORKER = _HERE / "sw.js"
MODULES = tuple(sorted(path.stem for path in (_HERE / "js").glob("*.js")))
FILES = ("web/tokens.css", "web/app.css", "web/phone.css", "web/icon.svg")
"""What the shells load besides the modules. Kept on the phone together with them, as one version."""
ICONS = {192: "web/icon-192.png", 512: "web/icon-512.png"}
_COMMENTS = re.compile(r"""^\s*/\*\*.*?\*/|^\s*//[^\n]*|[ ]+//[ ][^\n"'`]*$""", re.MULTILINE | re.DOTALL)
STRICT = '"use strict";\n'
"""Said for the reader: modules are strict by themselves."""
_INDENT = re.compile(r"^\s+", re.MULTILINE)


@public
@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The worker's script with the version and the lists it keeps."""
    known = {
        "VERSION": version(),
        "SHELLS": {name: reverse(name) for name in SHELLS},
        "FILES": [*map(static, FILES), *(reverse("phone-script", args=[name]) for name in MODULES)],
    }
    lines = [f"const {name} = {json.dumps(value)};" for name, value in known.items()]
    text = _WORKER.read_text(encoding="utf-8").replace("/* known */", "\n".join(lines))
    response = HttpResponse(text, content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    response["Service-Worker-Allowed"] = "/"
    return response


@public
@compressed
@conditional_page
@require_safe
def script(request: HttpRequest, name: str) -> HttpResponse:
    """One of the modules without its comments, and compressed: weak lines carry a third of the source."""
    if name not in MODULES:
        raise Http404(_("There is no such script."))
    response = HttpResponse(module(name), content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    return response


def module(name: str) -> str:
    """The text of a module as it is sent. Its source has no text over several lines, so indents mean nothing."""
    source = (_HERE / "js" / f"{name}.js").read_text(encoding="utf-8")
    return _INDENT.sub("", _COMMENTS.sub("", source)).removeprefix(STRICT)


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
    for name in MODULES:
        found.update(module(name).encode())
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
