"""Row-level security, laid over every model that declares a wall, after each migrate.

A model says `wall = Wall(...)` (and `append_only = True` for a history; with `erasable = True` too where
personal data must go one day: then the system alone may delete); this module turns it into FORCE ROW
LEVEL SECURITY and one policy per kind of access for the role `chunfeng_app`. Models without a wall are shared
reference data, and `tests/repository/test_walls.py` holds the short list of those.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import connections

from chunfeng.core.scope import APP_ROLE

IN_RANGE = (
    "({column} >= current_setting('chunfeng.lo', true) AND {column} < current_setting('chunfeng.hi', true))"
)
ABOVE = "({column} = ANY (NULLIF(current_setting('chunfeng.above', true), '')::text[]))"
OWN_USER = "({column}::text = current_setting('chunfeng.user', true))"
ROLE = "(current_setting('chunfeng.role', true) = ANY ('{{{roles}}}'))"


@dataclass(frozen=True, slots=True)
class Wall:
    """What a scope may see (`read`) and put (`write`) in one table; SQL over its own columns, `{self}` its name."""

    read: str
    write: str


def in_range(column: str = "area_code") -> str:
    """Rows whose area lies inside the actor's range."""
    return IN_RANGE.format(column=column)


def in_range_or_above(column: str = "area_code") -> str:
    """Rows of the actor's range and of the areas that contain it (a village may ask its county)."""
    return f"({in_range(column)} OR {ABOVE.format(column=column)})"


def own_user(column: str = "user_id") -> str:
    """Rows that belong to the acting user."""
    return OWN_USER.format(column=column)


def has_role(*roles: str) -> str:
    """Any row, for these roles only; `system` (periodic jobs) always included."""
    return ROLE.format(roles=",".join(("system", *roles)))


def of(table: str, column: str) -> str:
    """Rows that hang on a row of `table` which is itself visible.

    EXISTS is one look-up for each row read; IN would hash every visible parent at each query.
    """
    return f"EXISTS (SELECT 1 FROM {table} parent WHERE parent.id = {{self}}.{column})"  # noqa: S608  (table names of ours)


def by_area(column: str = "area_code") -> Wall:
    """The plain case: read and write inside the actor's range."""
    return Wall(read=in_range(column), write=in_range(column))


def part_of(table: str, column: str) -> Wall:
    """Read and write follow the parent row."""
    return Wall(read=of(table, column), write=of(table, column))


def walled_models() -> list[Any]:
    """Every installed model that declares a wall."""
    return [m for m in apps.get_models() if isinstance(getattr(m, "wall", None), Wall)]


def raise_walls(using: str = "default", **_: Any) -> None:
    """Create the application role, its grants and all policies. Idempotent; run after every migrate."""
    connection = connections[using]
    existing = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        cursor.execute(
            f"""DO $$ BEGIN
                IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{APP_ROLE}') THEN
                    CREATE ROLE {APP_ROLE} NOLOGIN;
                END IF;
                IF NOT pg_has_role(current_user, '{APP_ROLE}', 'MEMBER') THEN
                    EXECUTE format('GRANT {APP_ROLE} TO %I', current_user);
                END IF;
            EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"""
        )
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {APP_ROLE}")
        cursor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {APP_ROLE}")
        cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {APP_ROLE}")
        for model in apps.get_models():
            if getattr(model, "append_only", False) and model._meta.db_table in existing:
                kept = "UPDATE, TRUNCATE" if getattr(model, "erasable", False) else "UPDATE, DELETE, TRUNCATE"
                cursor.execute(f"REVOKE {kept} ON {model._meta.db_table} FROM {APP_ROLE}")
        for model in walled_models():
            table = model._meta.db_table
            if table not in existing:
                continue
            read = model.wall.read.replace("{self}", table)
            write = model.wall.write.replace("{self}", table)
            delete = f"({write}) AND {has_role()}" if getattr(model, "erasable", False) else write
            cursor.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
            cursor.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
            for kind, clause in (
                ("select", f"USING ({read})"),
                ("insert", f"WITH CHECK ({write})"),
                ("update", f"USING ({write}) WITH CHECK ({write})"),
                ("delete", f"USING ({delete})"),
            ):
                cursor.execute(f"DROP POLICY IF EXISTS {table}_{kind} ON {table}")
                cursor.execute(
                    f"CREATE POLICY {table}_{kind} ON {table} FOR {kind.upper()} TO {APP_ROLE} {clause}"
                )
