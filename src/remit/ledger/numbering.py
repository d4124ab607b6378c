"""References people can read aloud, such as MDL-0007: one sequence a prefix.

Nobody waits for another's number, so numbers rise but may leave gaps: a write that fails takes its own
with it. That nothing was removed is what the ledger proves, not the absence of gaps here.
"""

from __future__ import annotations

from django.db import connection


def next_number(prefix: str) -> str:
    """Return the next reference under `prefix`, for example `MDL-0007`."""
    return next_numbers(prefix, 1)[0]


def next_numbers(prefix: str, count: int) -> list[str]:
    """Return the next `count` references under `prefix`, in one round trip.

    Args:
        prefix: capital letters, as in `MDL`.
        count: how many, at least 1.
    """
    with connection.cursor() as cursor:
        cursor.execute("select remit_next_number(%s) from generate_series(1, %s)", [prefix, count])
        return [f"{prefix}-{number:04d}" for (number,) in cursor.fetchall()]


def taken(prefix: str, number: int) -> None:
    """Give out no number up to `number` under a prefix any more: it came with something from elsewhere.

    Args:
        prefix: capital letters, as in `MDL`.
        number: the highest that is taken.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "select setval(to_regclass('remit_number_' || lower(%s)),"
            " greatest(remit_next_number(%s) - 1, %s), true)",
            [prefix, prefix, number],
        )
