"""Turns: what must not run twice at once waits until the other has committed."""

from __future__ import annotations

from django.db import connection


def take(name: str) -> None:
    """Wait until no other transaction holds the turn of this name, then hold it until this one ends.

    What is read after it sees what the one before wrote. Call it within an action.
    """
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"turn {name}"])
