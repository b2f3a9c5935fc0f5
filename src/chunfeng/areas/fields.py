"""The column for an area code, and where such columns stand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import models

from . import codes


class AreaCodeField(models.CharField):
    """A 12- to 18-character area code, compared byte by byte so that ranges hold.

    A change of a division finds every column of this class (`area_columns`).
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", codes.MAX_LENGTH)
        kwargs.setdefault("db_collation", "C")
        super().__init__(*args, **kwargs)


def area_columns() -> Iterator[tuple[type[models.Model], models.Field[Any, Any]]]:
    """Every stored column that carries an area code, the division tables themselves left out.

    Core, which lies below this app, uses a plain column called area_code; it counts too.
    """
    for model in apps.get_models():
        if model._meta.app_label == "areas" or not model._meta.managed or model._meta.proxy:
            continue
        for field in model._meta.local_concrete_fields:
            plain = field.name == "area_code" and getattr(field, "db_collation", None) == "C"
            if isinstance(field, AreaCodeField) or plain:
                yield model, field
