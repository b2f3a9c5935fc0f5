"""Django's PostgreSQL backend; without DATABASE_URL it starts the embedded server on first use."""

from __future__ import annotations

from typing import Any

import psycopg
from django.db.backends.postgresql import base

from chunfeng.core import embedded


class DatabaseWrapper(base.DatabaseWrapper):
    """PostgreSQL, embedded where no host is configured."""

    def get_connection_params(self) -> dict[str, Any]:
        """Connection arguments; for the embedded server the socket, and the database if it is missing."""
        if self.settings_dict.get("HOST"):
            return super().get_connection_params()
        address = embedded.ensure()
        self.settings_dict.update(HOST=address["host"], PORT=address["port"], USER=address["user"])
        name = self.settings_dict["NAME"]
        if name == embedded.DATABASE:
            _create_if_missing(address, name)
        return super().get_connection_params()


def _create_if_missing(address: embedded.Address, name: str) -> None:
    with psycopg.connect(
        host=address["host"], port=address["port"], user=address["user"], dbname="postgres", autocommit=True
    ) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            return
        try:
            connection.execute(psycopg.sql.SQL("CREATE DATABASE {}").format(psycopg.sql.Identifier(name)))
        except psycopg.errors.DuplicateDatabase:
            return
