"""Compression of what is the same for everybody."""

from __future__ import annotations

from django.middleware.gzip import GZipMiddleware
from django.utils.decorators import decorator_from_middleware


class _Plain(GZipMiddleware):
    max_random_bytes = 0  # the noise hides secrets of a page; these hold none


compressed = decorator_from_middleware(_Plain)
"""For views without anything personal or secret in them; others take Django's `gzip_page`."""
