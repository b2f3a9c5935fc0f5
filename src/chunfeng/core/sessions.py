"""Sessions in the database that know their user (the pattern of Django's manual: an own session model)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DBStore


class SessionStore(DBStore):
    """Writes the user and the address of log-in beside the sealed session data."""

    @classmethod
    def get_model_class(cls) -> Any:
        from chunfeng.core.models import Session

        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        row: Any = super().create_model_instance(data)
        user = data.get(SESSION_KEY)
        row.user_id_at = int(user) if user else None
        if "began" in data:
            row.began_at = datetime.fromisoformat(data["began"])
        row.ip = str(data.get("ip", ""))[:45]
        return row
