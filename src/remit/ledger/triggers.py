"""Installs the capture trigger on every governed table and the append-only rule on the ledger's own.

Runs after each `migrate` and repairs what is missing; `faults` tells without repairing. All triggers are
enabled ALWAYS, so `session_replication_role` does not pass them by.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import connection, transaction
from django.db.models import Model

from remit.ledger import models

APPEND_ONLY = (
    models.Entry,
    models.Payload,
    models.Leaf,
    models.Node,
    models.Checkpoint,
    models.Verification,
    models.ImportedLog,
    models.ImportedEntry,
)
_FUNCTIONS = Path(__file__).with_name("triggers.sql")


def governed() -> list[type[models.Governed]]:
    """Return every concrete governed model, in the order of their tables' names."""
    found = {m for m in apps.get_models() if issubclass(m, models.Governed) and not m._meta.proxy}
    return sorted(found, key=lambda m: m._meta.db_table)


def install(**signal: Any) -> None:
    """Create the functions, and every trigger that is missing, disabled or different.

    Args:
        signal: what Django's `post_migrate` says; not used.
    """
    del signal
    with transaction.atomic(), connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
        if models.Entry._meta.db_table not in tables:
            return
        cursor.execute(_FUNCTIONS.read_text(encoding="utf-8"))
        for table, trigger, definition in _wrong(cursor):
            if table in tables:
                cursor.execute(f'create or replace trigger "{trigger}" {definition}')
                cursor.execute(f'alter table "{table}" enable always trigger "{trigger}"')


def faults() -> list[str]:
    """Return a sentence for every trigger that is missing, disabled or different."""
    with connection.cursor() as cursor:
        return [
            f"The trigger {trigger} on {table} is missing, disabled or changed."
            for table, trigger, _ in _wrong(cursor)
        ]


def _wrong(cursor: Any) -> list[tuple[str, str, str]]:
    cursor.execute(
        "select tgrelid::regclass::text, tgname, tgenabled, pg_get_triggerdef(oid, true) from pg_trigger"
        " where not tgisinternal and tgname like 'remit\\_%'"
    )
    present = {(table.strip('"'), name): (enabled, text) for table, name, enabled, text in cursor.fetchall()}
    return [
        (table, trigger, definition)
        for table, trigger, definition in _wanted()
        if not _same(present.get((table, trigger)), definition)
    ]


def _same(present: tuple[str, str] | None, definition: str) -> bool:
    if present is None or present[0] != "A":
        return False
    return present[1].partition(" ")[2].partition(" ")[2].partition(" ")[2] == definition


def _wanted() -> Iterator[tuple[str, str, str]]:
    """Table, name and definition of each trigger, the definition worded as PostgreSQL words it back."""
    for model in governed():
        table, key = model._meta.db_table, model._meta.pk.column
        arguments = ", ".join(f"'{name}'" for name in (key, *_columns(model)))
        capture = f"EXECUTE FUNCTION remit_capture({arguments})"
        yield table, "remit_capture", f"AFTER INSERT OR DELETE OR UPDATE ON {table} FOR EACH ROW {capture}"
        yield table, "remit_truncate", _refusal("TRUNCATE", table, "STATEMENT")
    for kept in APPEND_ONLY:
        table = kept._meta.db_table
        yield table, "remit_rows", _refusal("DELETE OR UPDATE", table, "ROW")
        yield table, "remit_truncate", _refusal("TRUNCATE", table, "STATEMENT")


def _refusal(events: str, table: str, each: str) -> str:
    return f"BEFORE {events} ON {table} FOR EACH {each} EXECUTE FUNCTION remit_append_only()"


def _columns(model: type[Model]) -> list[str]:
    return [model._meta.get_field(name).column for name in getattr(model, "unledgered", ())]
