"""Puts segregation of duties into the database, from `data/segregation.yaml`, after each `migrate`.

Triggers are enabled ALWAYS and named `remit_apart`, so no superuser's session setting passes them by.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.db import connection, transaction

from remit.people import rules

_TABLES = (
    "people_roleassignment",
    "people_membership",
    "people_grouprole",
    "people_absence",
    "people_breakglass",
)


def install(**signal: Any) -> None:
    """Create the functions and triggers, or replace them by what the file says now.

    Args:
        signal: what Django's `post_migrate` says; not used.
    """
    del signal
    pairs = ", ".join(f"('{r.first}', '{other}')" for r in rules.incompatible() for other in r.others)
    text = Path(__file__).with_name("segregation.sql").read_text(encoding="utf-8")
    put(text.replace("{pairs}", pairs), dict.fromkeys(_TABLES, "people_check_roles_apart"))


def put(functions: str, triggers: dict[str, str]) -> None:
    """Create functions, and on each table the trigger that calls one of them after a row is written."""
    with transaction.atomic(), connection.cursor() as cursor:
        if not set(triggers) <= set(connection.introspection.table_names(cursor)):
            return
        cursor.execute(functions)
        for table, function in triggers.items():
            cursor.execute(
                f'create or replace trigger remit_apart after insert or update on "{table}"'
                f" for each row execute function {function}()"
            )
            cursor.execute(f'alter table "{table}" enable always trigger remit_apart')
