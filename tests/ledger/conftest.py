import pytest
from django.db import connection

from remit.ledger.capture import acting
from remit.people.models import Unit
from remit.proof.keys import KeyRing


@pytest.fixture
def ring(tmp_path):
    return KeyRing(tmp_path / "keys")


@pytest.fixture
def write():
    """Make a governed row in an action of its own."""

    def make(name, reason="because"):
        with acting("system:test", "unit.add", reason=reason):
            return Unit.objects.create(name=name)

    return make


@pytest.fixture
def forge():
    """What a superuser can do: switch off every trigger of the database's tables, write, switch them on."""

    def run(statement, *values):
        with connection.cursor() as cursor:
            cursor.execute("set constraints all immediate")
            cursor.execute(
                "select distinct tgrelid::regclass::text from pg_trigger where tgname like 'remit\\_%%'"
            )
            tables = [table for (table,) in cursor.fetchall()]
            cursor.execute(";".join(f"alter table {table} disable trigger all" for table in tables))
            cursor.execute(statement, values)
            assert cursor.rowcount != 0, "nothing was forged"
            cursor.execute(";".join(f"alter table {table} enable trigger all" for table in tables))
            cursor.execute(
                "select tgrelid::regclass::text, tgname from pg_trigger where tgname like 'remit\\_%'"
            )
            for table, trigger in cursor.fetchall():
                cursor.execute(f"alter table {table} enable always trigger {trigger}")

    return run
