"""One PostgreSQL of our own for the whole run, and a home that nothing else uses."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

import hypothesis
import pytest

# a busy machine is no fault of the code: how long an example takes is never judged
hypothesis.settings.register_profile(
    "house", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("house")

_home = Path(tempfile.mkdtemp(prefix="remit-tests-"))
os.environ["REMIT_HOME"] = str(_home)
os.environ.pop("REMIT_CLOCK_FILE", None)
# Durability is what makes a server slow, and a test database is thrown away.
_FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "60"}
_own_server = not os.environ.get("REMIT_DATABASE_URL")


def _stop() -> None:
    os.environ["REMIT_HOME"] = str(_home)
    if _own_server:
        os.environ.pop("REMIT_DATABASE_URL", None)
        from remit.config import postgres

        postgres.stop()
        shutil.rmtree(postgres.socket_folder(), ignore_errors=True)
    shutil.rmtree(_home, ignore_errors=True)


atexit.register(_stop)


@pytest.fixture(scope="session")
def database_server() -> None:
    """The embedded server, started by the first test that needs a database."""
    from remit.config import postgres

    postgres.start(_FAST)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(database_server: None) -> None:
    """Point Django at the server; pytest-django read the settings before this file set the home."""
    from django.conf import settings

    from remit.config import postgres
    from remit.config.settings import _database

    settings.DATABASES["default"] |= _database(postgres.url())


@pytest.fixture(scope="session", autouse=True)
def _flush_append_only_tables() -> None:
    """Tests that commit are followed by Django's flush, a TRUNCATE, which the ledger's triggers refuse."""
    from django.db.backends.postgresql.operations import DatabaseOperations

    from remit.inventory import search

    flush = DatabaseOperations.sql_flush

    def lifted(operations, style, tables, **options):
        search.forget()
        statements = flush(operations, style, tables, **options)
        off = [f'alter table "{table}" disable trigger user' for table in sorted(tables)]
        # what migrate installs is enabled again as it was; other apps' triggers are not ALWAYS
        on = [f'alter table "{table}" enable trigger user' for table in sorted(tables)]
        return [*off, *statements, *on, _ALWAYS_AGAIN, _NUMBERS_AGAIN] if statements else []

    DatabaseOperations.sql_flush = lifted


_ALWAYS_AGAIN = """
do $$ declare t record; begin
  for t in select tgrelid::regclass as name, tgname from pg_trigger where tgname like 'remit\\_%' loop
    execute format('alter table %s enable always trigger %I', t.name, t.tgname);
  end loop;
end $$"""

_NUMBERS_AGAIN = r"""
do $$ declare number text; begin
  for number in select relname from pg_class where relkind = 'S' and relname like 'remit\_number\_%' loop
    execute format('drop sequence %I', number);
  end loop;
end $$"""


@pytest.fixture
def remit_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own for one test; the settings of Django, read once, keep the session's."""
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("REMIT_HOME", str(home))
    return home


@pytest.fixture
def world(db: None, remit_home: Path, settings: Any) -> Any:
    """A small bank with its people; `world.until(step)` takes its mortgage model along the real path."""
    import mortgage_world

    # the real hash is slow on purpose, and here it would only be slow
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    opened = mortgage_world.opened()
    return mortgage_world.World(opened.people, opened.unit)
