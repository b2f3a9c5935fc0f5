"""Files that travel sealed in the page between two steps: nothing with personal data lies on the disk."""

from __future__ import annotations

import base64

from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from chunfeng.core.actor import Actor
from chunfeng.core.crypto import decrypt, encrypt
from chunfeng.core.errors import Refused
from chunfeng.web.lists import XLSX

MAX_FILE = 8 * 1024 * 1024


def seal(data: bytes, actor: Actor) -> str:
    """The bytes as text that only this user's next request opens."""
    text = f"{actor.user_id}:{base64.b64encode(data).decode()}"
    return base64.b64encode(encrypt(text)).decode()


def opened(sealed: str, actor: Actor) -> bytes:
    """The bytes sealed for this user; Refused for anything else."""
    try:
        owner, _colon, text = decrypt(base64.b64decode(sealed, validate=True)).partition(":")
        data = base64.b64decode(text)
    except (Refused, ValueError, IndexError) as error:
        raise Refused(_("This page is out of date. Choose the file again.")) from error
    if owner != str(actor.user_id):
        raise Refused(_("This page is out of date. Choose the file again."))
    return data


def uploaded(request: HttpRequest) -> bytes:
    """The bytes of the field `file`; Refused where there is none or it is too large."""
    file = request.FILES.get("file")
    if file is None:
        raise Refused(_("Choose an .xlsx file first."))
    if file.size is None or file.size > MAX_FILE:
        raise Refused(_("The file is larger than 8 MB. Split it by area."))
    return bytes(file.read())


def download(data: bytes, name: str) -> HttpResponse:
    """An xlsx file under this name."""
    response = HttpResponse(data, content_type=XLSX)
    response["Content-Disposition"] = content_disposition_header(True, name)
    return response
