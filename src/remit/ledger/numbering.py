"""References people can read aloud, such as MDL-0007: gapless, one counter a prefix."""

from __future__ import annotations

from django.db import connection


def next_number(prefix: str) -> str:
    """Return the next reference under `prefix`, for example `MDL-0007`; a rolled-back one is given again."""
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into ledger_numbering (prefix, last) values (%s, 1)"
            " on conflict (prefix) do update set last = ledger_numbering.last + 1 returning last",
            [prefix],
        )
        (last,) = cursor.fetchone()
    return f"{prefix}-{last:04d}"
