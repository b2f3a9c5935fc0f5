"""The column type of every area code, so that one walk over the models finds them all."""

from typing import Any

from django.db import models


class AreaCodeField(models.CharField):
    """An area code (12 characters; up to 18 below the village), compared byte by byte."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 18)
        kwargs.setdefault("db_collation", "C")
        super().__init__(*args, **kwargs)
