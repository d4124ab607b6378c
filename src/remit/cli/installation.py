"""What a command needs of the installation: the database up, Django ready, the tables current."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from remit.cli import supervisor
from remit.config import postgres
from remit.kernel.problems import Conflict


@contextmanager
def ready(*, current: bool = True) -> Iterator[None]:
    """Within the block the database runs and Django is set up.

    Args:
        current: refuse to go on while tables of this version are missing.

    Raises:
        Conflict: the database has no tables yet, or those of an older version.
    """
    with postgres.running():
        setup()
        if current and pending():
            raise Conflict(
                "The database does not have this version's tables yet.",
                remedy="Run `remit up` or `remit init`.",
            )
        try:
            yield
        finally:
            from django.db import connection

            # a pool left open would be inherited by workers that are forked from this process
            connection.close()
            connection.close_pool()


@contextmanager
def served() -> Iterator[None]:
    """Within the block the database runs, for a process whose own workers load Django.

    Its supervisor, if it has one, has brought the tables up to date; else they are checked here.
    """
    if not supervisor.supervised():
        with ready():
            pass
    with postgres.running():
        yield


def setup() -> None:
    """Load Django's settings and apps, once."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "remit.config.settings")
    django.setup()


def pending() -> int:
    """Return how many migrations the database lacks."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
