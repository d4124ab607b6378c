import hashlib
import json
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from django.db import DataError, IntegrityError, connection, transaction

from remit.kernel import clock
from remit.kernel.problems import Conflict, Denied
from remit.ledger import actions, capture, triggers
from remit.ledger.capture import acting, action, actor_of, emit, hear
from remit.ledger.models import Checkpoint, Entry, Event, Leaf, Node, Payload, Pending, Verification
from remit.ledger.numbering import next_number, next_numbers
from remit.people.models import Unit, User

pytestmark = pytest.mark.django_db


def sql(statement, *values):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
        cursor.execute(statement, values)


def test_an_action_leaves_an_entry_with_who_what_why_when():
    at = datetime(2030, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)

    @action("unit.add")
    def add(*, acting_user, name, reason=""):
        return Unit.objects.create(name=name)

    with clock.at(at):
        unit = add(acting_user="system:test", name="Lending", reason="a new line")
    entry = Entry.objects.get()
    assert (entry.actor, entry.action, entry.reason) == ("system:test", "unit.add", "a new line")
    assert (entry.table_name, entry.operation, entry.object_id) == ("people_unit", "insert", unit.pk)
    assert entry.occurred_at == at
    assert entry.recorded_at < at
    body = entry.payload.body
    assert hashlib.sha256(body.encode()).hexdigest() == entry.payload_sha256
    content = json.loads(body)
    assert content["before"] is None
    assert content["after"] == {"id": str(unit.pk), "name": "Lending", "parent_id": None, "head_id": None}
    assert content["reason"] == "a new line"
    assert Pending.objects.get().entry == entry


def test_update_and_delete_keep_what_was(write):
    unit = write("Before")
    with acting("system:test", "unit.rename"):
        unit.name = "After"
        unit.save()
    with acting("system:test", "unit.remove"):
        unit.delete()
    bodies = [json.loads(p.body) for p in Payload.objects.order_by("entry_id")]
    assert [(b["before"] or {}).get("name") for b in bodies] == [None, "Before", "After"]
    assert [(b["after"] or {}).get("name") for b in bodies] == ["Before", "After", None]


def test_every_changed_row_is_one_entry_and_an_unchanged_row_none(write):
    for number in range(5):
        write(f"Unit {number}")
    with acting("system:test", "unit.close"):
        assert Unit.objects.filter(name__in=["Unit 1", "Unit 2"]).update(parent=None) == 2
        Unit.objects.bulk_create([Unit(name="A"), Unit(name="B")])
    assert Entry.objects.count() == 5 + 2


@pytest.mark.parametrize(
    "statement",
    [
        "insert into people_unit (id, name) values (gen_random_uuid(), 'x')",
        "update people_unit set name = 'x'",
        "delete from people_unit",
        "set local session_replication_role = replica; update people_unit set name = 'x'",
        "set local session_replication_role = replica; delete from people_unit",
    ],
)
def test_a_governed_write_outside_an_action_is_refused(write, statement):
    write("One")
    with pytest.raises(IntegrityError, match="outside an action"):
        sql(statement)
    assert Unit.objects.get().name == "One"


def test_a_governed_table_is_not_truncated(write):
    write("One")
    for prefix in ("", "set local session_replication_role = replica; "):
        with pytest.raises(IntegrityError, match="truncate is not possible"):
            sql(prefix + "truncate people_unit cascade")


def test_the_key_of_a_row_does_not_change(write):
    write("One")
    with acting("system:test", "unit.rekey"), pytest.raises(IntegrityError, match="key of a row"):
        sql("update people_unit set id = gen_random_uuid()")


@pytest.mark.parametrize("model", [Entry, Payload, Leaf, Node, Checkpoint, Verification])
@pytest.mark.parametrize("prefix", ["", "set local session_replication_role = replica; "])
def test_the_ledger_is_append_only(write, ring, model, prefix):
    write("One")
    write("Two")
    actions.sequence()
    actions.sign_checkpoint(ring)
    actions.verify(ring)
    table, column = model._meta.db_table, model._meta.pk.column
    assert model.objects.exists()
    with acting("system:test", "ledger.forge"):
        for statement in (
            f"update {table} set {column} = {column}",
            f"delete from {table}",
            f"truncate {table} cascade",
        ):
            with pytest.raises(IntegrityError, match="append-only"):
                sql(prefix + statement)


def test_a_rollback_leaves_no_entry(write):
    @action("unit.add")
    def add_and_fail(*, acting_user):
        Unit.objects.create(name="Gone")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        add_and_fail(acting_user="system:test")
    assert not Entry.objects.exists()
    assert not Pending.objects.exists()


def test_after_an_action_nobody_is_acting(write):
    write("One")
    with pytest.raises(IntegrityError, match="outside an action"):
        sql("update people_unit set name = 'x'")


def test_an_action_within_an_action_has_its_own_name():
    with acting("system:outer", "outer.do", reason="outer"):
        Unit.objects.create(name="1")
        with acting("system:inner", "inner.do"):
            Unit.objects.create(name="2")
        Unit.objects.create(name="3")
        with pytest.raises(IntegrityError), acting("system:inner", "inner.fail"):
            Unit.objects.create(name="3")
        Unit.objects.create(name="4")
    assert list(Entry.objects.order_by("id").values_list("actor", "action", "reason")) == [
        ("system:outer", "outer.do", "outer"),
        ("system:inner", "inner.do", ""),
        ("system:outer", "outer.do", "outer"),
        ("system:outer", "outer.do", "outer"),
    ]


@pytest.mark.parametrize(
    "who", [None, "", "system:", "alice", SimpleNamespace(pk=1, is_active=False), SimpleNamespace(pk=None)]
)
def test_nobody_does_nothing(who):
    with pytest.raises(Denied), acting(who, "unit.add"):
        Unit.objects.create(name="x")
    assert not Unit.objects.exists()


def test_a_person_is_named_by_id():
    assert actor_of(SimpleNamespace(pk="7f", is_active=True)) == "user:7f"


def test_secrets_never_enter_the_ledger_and_change_without_an_action():
    with acting("system:test", "people.add"):
        user = User.objects.create(email="ana@example.org", name="Ana", password="scrypt$secret")
    before = Entry.objects.count()
    sql("update people_user set password = 'another'")
    assert Entry.objects.count() == before
    assert "password" not in Payload.objects.order_by("-pk")[0].body
    with pytest.raises(IntegrityError, match="outside an action"):
        sql("update people_user set password = 'third', name = 'Eve' where id = %s", user.pk)


def test_an_event_is_recorded_and_the_worker_told(write, monkeypatch):
    unit = write("One")
    monkeypatch.setattr(capture, "_heard", set())
    hear("unit.noted")
    with acting("system:test", "unit.note"):
        emit("unit.read", unit)
        event = emit(
            "unit.noted", unit, at=datetime(2030, 1, 1, tzinfo=UTC), who=unit.pk, several=(1, unit.pk)
        )
    event.refresh_from_db()
    assert event.data == {
        "at": "2030-01-01T00:00:00+00:00",
        "who": str(unit.pk),
        "several": [1, str(unit.pk)],
    }
    assert (event.subject_type, event.subject_id, event.actor) == ("people.Unit", unit.pk, "system:test")
    with connection.cursor() as cursor:
        cursor.execute("select args ->> 'event_id' from procrastinate_jobs where task_name = 'remit.react'")
        # nothing reacts to the other
        assert cursor.fetchall() == [(str(event.pk),)]
    with pytest.raises(RuntimeError, match="outside an action"):
        emit("unit.noted", unit)


def test_every_governed_table_is_captured():
    assert len(triggers.governed()) > 20
    assert triggers.faults() == []


@pytest.mark.parametrize(
    "damage",
    [
        "drop trigger remit_capture on people_unit",
        "alter table people_unit disable trigger remit_capture",
        "alter table people_unit enable trigger remit_capture",
        "alter table people_unit enable replica trigger remit_capture",
        "drop trigger remit_rows on ledger_entry",
        "drop trigger remit_truncate on ledger_leaf",
        """create or replace trigger remit_capture after insert on people_unit
           for each row execute function remit_capture('id')""",
        """create or replace trigger remit_capture after insert or delete or update on people_user
           for each row execute function remit_capture('id', 'password', 'email')""",
    ],
)
def test_a_missing_trigger_is_named_and_mended_by_migrate(damage):
    sql(damage)
    (fault,) = triggers.faults()
    assert "trigger remit_" in fault
    triggers.install()
    assert triggers.faults() == []


def test_what_is_hashed_does_not_depend_on_the_session(write):
    sql("set time zone 'Asia/Kolkata'")
    try:
        with acting("system:test", "event.add"):
            Event.objects.create(
                name="x.y",
                subject_type="t",
                subject_id=write("U").pk,
                occurred_at=datetime(2030, 1, 1, tzinfo=UTC),
            )
    finally:
        sql("set time zone 'UTC'")
    body = Payload.objects.get(entry__table_name="ledger_event").body
    assert "2030-01-01T00:00:00+00:00" in body


def test_numbers_rise_by_prefix_and_a_rollback_leaves_a_gap():
    assert next_numbers("TST", 2) == ["TST-0001", "TST-0002"]
    undone = transaction.savepoint()
    assert next_number("TST") == "TST-0003"
    transaction.savepoint_rollback(undone)
    assert [next_number("TST"), next_number("OTH")] == ["TST-0004", "OTH-0001"]


def test_a_prefix_is_capitals_only():
    with pytest.raises(DataError, match="no prefix"), transaction.atomic():
        next_number('tst"; drop')


def test_what_another_wrote_at_the_same_moment_is_a_conflict(write):
    write("Cards")

    @action("unit.add")
    def add_unseen(*, acting_user):
        return Unit.objects.create(name="Cards")

    with pytest.raises(Conflict, match="at the same moment"), transaction.atomic():
        add_unseen(acting_user="system:test")
    assert Unit.objects.count() == 1
