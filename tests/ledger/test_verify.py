"""Tampering as the database's owner, triggers off: verification names what was touched."""

import hashlib
import json
from datetime import timedelta

import pytest
from django.db import connection

from remit.kernel.problems import Broken
from remit.ledger import actions, leaves
from remit.ledger.capture import acting
from remit.ledger.models import Checkpoint, Entry, Leaf, Node, Payload, Verification
from remit.ledger.verify import verify_database
from remit.people.models import Unit, User
from remit.proof import merkle
from remit.proof.keys import KeyRing

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(write, ring):
    """Eleven entries, signed at five and at eleven, and one that waits."""
    for number in range(5):
        write(f"Unit {number}")
    assert actions.sequence() == 5
    actions.sign_checkpoint(ring)
    with acting("system:test", "unit.rename", reason="better"):
        Unit.objects.filter(name="Unit 3").update(name="Unit Three")
    with acting("system:test", "unit.close"):
        Unit.objects.get(name="Unit 4").delete()
    for number in range(5, 9):
        write(f"Unit {number}")
    assert actions.sequence() == 6
    actions.sign_checkpoint(ring)
    write("Waiting")
    return ring


def found(ring):
    return [str(fault) for fault in verify_database(ring.public_keys()).faults]


def number(index):
    return Leaf.objects.get(index=index).entry_id


def test_an_untouched_ledger_is_sound(world, forge):
    report = verify_database(world.public_keys())
    assert report.faults == ()
    leaf_hashes = [bytes(leaf.leaf_hash) for leaf in Leaf.objects.order_by("index")]
    assert (report.size, report.root) == (11, merkle.root(leaf_hashes).hex())
    assert (report.origin, report.checkpoints) == ("remit/ledger", 2)


def test_an_empty_ledger_is_sound(ring):
    report = verify_database(ring.public_keys())
    assert (report.faults, report.size, report.root) == ((), 0, merkle.EMPTY_ROOT.hex())


@pytest.mark.parametrize("place", [0, 1, 60, -2])
@pytest.mark.parametrize("index", [0, 4, 7, 10])
def test_one_byte_of_a_payload(world, forge, index, place):
    entry = number(index)
    body = Payload.objects.get(entry=entry).body
    changed = body[:place] + chr(ord(body[place]) ^ 1) + body[place:][1:]
    forge("update ledger_payload set body = %s where entry_id = %s", changed, entry)
    assert any(f"Entry {entry} (leaf {index}," in f and "payload was altered" in f for f in found(world))


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("actor", "'system:evil'"),
        ("action", "'unit.adx'"),
        ("occurred_at", "occurred_at + interval '1 microsecond'"),
        ("recorded_at", "recorded_at - interval '1 day'"),
        ("table_name", "'people_users'"),
        ("operation", "'truncate'"),
        ("object_id", "gen_random_uuid()"),
        ("payload_sha256", "'00' || substr(payload_sha256, 3)"),
    ],
)
def test_any_column_of_an_entry(world, forge, column, value):
    entry = number(6)
    forge(f"update ledger_entry set {column} = {value} where id = %s", entry)
    named = [f for f in found(world) if f.startswith(f"Entry {entry} (leaf 6")]
    assert named
    assert "altered" in named[0]


def test_a_payload_that_is_no_json_is_a_fault_not_a_crash(world, forge):
    entry = number(2)
    forge("update ledger_payload set body = 'x' where entry_id = %s", entry)
    forge(
        "update ledger_entry set payload_sha256 = %s where id = %s", hashlib.sha256(b"x").hexdigest(), entry
    )
    assert f"Entry {entry} (leaf 2, unit.add): its reason was altered." in found(world)


def test_the_reason_of_an_entry(world, forge):
    forge("update ledger_entry set reason = 'none' where id = %s", number(2))
    assert found(world) == [f"Entry {number(2)} (leaf 2, unit.add): its reason was altered."]


@pytest.mark.parametrize("index", [0, 5, 9, 10])
def test_one_byte_of_a_leaf(world, forge, index):
    flipped = "set_byte(leaf_hash, 9, get_byte(leaf_hash, 9) # 1)"
    forge(f"update ledger_leaf set leaf_hash = {flipped} where index = %s", index)
    assert f"Entry {number(index)} (leaf {index}, unit.add): its columns or its leaf were altered." in [
        f.replace("unit.rename", "unit.add") for f in found(world)
    ]


def test_one_byte_of_every_node(world, forge):
    for node in list(Node.objects.all()):
        flip = "update ledger_node set hash = set_byte(hash, 0, get_byte(hash, 0) # 1) where id = %s"
        forge(flip, node.pk)
        assert f"Node {node.position} of level {node.level}: it or a hash beneath it was altered." in found(
            world
        )
        forge(flip, node.pk)
    assert found(world) == []


def test_a_removed_and_an_added_node(world, forge):
    node = Node.objects.get(level=1, position=2)
    forge("delete from ledger_node where id = %s", node.pk)
    assert found(world) == ["Node 2 of level 1: it is missing."]
    forge(
        "insert into ledger_node (level, position, hash) values (1, 2, %s), (1, 77, %s)", node.hash, node.hash
    )
    assert found(world) == ["Node 77 of level 1: it is of no leaf of the tree."]


@pytest.mark.parametrize(
    "change",
    [
        "size = 4",
        "origin = 'other'",
        "root = set_byte(root, 3, get_byte(root, 3) # 1)",
        "key_id = 'ffffffffffffffff'",
        "note = replace(note, E'\\n5\\n', E'\\n6\\n')",
        "note = overlay(note placing 'A' from length(note) - 20)",
    ],
)
def test_a_checkpoint(world, forge, change):
    forge(f"update ledger_checkpoint set {change} where size = 5")
    faults = found(world)
    assert faults
    assert all("Checkpoint over" in f for f in faults)


def test_a_key_that_is_not_ours(world, forge, tmp_path):
    faults = [str(f) for f in verify_database(KeyRing(tmp_path / "other").public_keys()).faults]
    assert len(faults) == 2
    assert "a key that was not given" in faults[0]


def test_a_removed_entry_and_a_removed_payload(world, forge):
    entry = number(3)
    forge("delete from ledger_payload where entry_id = %s", entry)
    assert f"Entry {entry} (leaf 3, unit.add): its payload is gone." in found(world)
    forge("delete from ledger_entry where id = %s", entry)
    assert "Leaf 3: its entry is gone." in found(world)


def test_a_removed_leaf(world, forge):
    entry = number(3)
    forge("delete from ledger_leaf where index = 3")
    faults = found(world)
    assert any(f.startswith("Leaf 3: it is missing") for f in faults)
    assert f"Entry {entry} (unit.add): it is neither in the tree nor waiting for its place." in faults


def test_a_tail_that_was_cut_off_whole(world, forge):
    gone = [number(10)]
    forge("delete from ledger_leaf where index = 10")
    forge("delete from ledger_payload where entry_id = %s", gone[0])
    forge("delete from ledger_entry where id = %s", gone[0])
    assert any("Checkpoint over 11 entries" in f for f in found(world))


def test_a_history_rewritten_consistently_does_not_have_the_signature(world, forge):
    """The forger recomputes payload digest, leaf and every node; only the signed roots are out of reach."""
    entry = Entry.objects.get(pk=number(2))
    body = json.loads(entry.payload.body)
    body["after"]["name"] = "Forged"
    text = json.dumps(body)
    forge("update ledger_payload set body = %s where entry_id = %s", text, entry.pk)
    forge(
        "update ledger_entry set payload_sha256 = %s where id = %s",
        hashlib.sha256(text.encode()).hexdigest(),
        entry.pk,
    )
    forge("update people_unit set name = 'Forged' where id = %s", entry.object_id)
    hashed = merkle.leaf_hash(leaves.encoded(Entry.objects.get(pk=entry.pk)))
    forge("update ledger_leaf set leaf_hash = %s where index = 2", hashed)
    frontier = merkle.Frontier()
    for leaf in Leaf.objects.order_by("index"):
        for place, value in frontier.append(bytes(leaf.leaf_hash))[1:]:
            forge(
                "update ledger_node set hash = %s where level = %s and position = %s",
                value,
                place.level,
                place.position,
            )
    forge("update ledger_checkpoint set root = %s where size = 11", frontier.root())
    faults = found(world)
    assert any("Checkpoint over 5 entries: an entry with a leaf below 5 was altered" in f for f in faults)
    assert any("Checkpoint over 11 entries" in f for f in faults)
    with pytest.raises(Broken, match="no longer starts with"):
        write_more(world, forge)


def write_more(ring, forge):
    forge("update ledger_checkpoint set root = set_byte(root, 0, 1) where size = 11")
    actions.sequence()
    actions.sign_checkpoint(ring)


def test_a_waiting_entry(world, forge):
    entry = Entry.objects.get(pending__isnull=False)
    forge("update ledger_payload set body = body || ' ' where entry_id = %s", entry.pk)
    assert found(world) == [f"Entry {entry.pk} (unit.add): its payload was altered or is gone."]
    forge("delete from ledger_pending")
    assert f"Entry {entry.pk} (unit.add): it is neither in the tree nor waiting for its place." in found(
        world
    )


def test_a_governed_row_changed_around_the_ledger(world, forge):
    unit = Unit.objects.get(name="Unit 2")
    forge("update people_unit set name = 'Evil' where id = %s", unit.pk)
    (fault,) = found(world)
    assert fault == f"Row {unit.pk} of people_unit: its name changed since its last entry, {number(2)}."


def test_a_governed_row_added_removed_or_brought_back(world, forge):
    forge("insert into people_unit (id, name) values (gen_random_uuid(), 'Sneaked')")
    assert "no entry speaks of it" in found(world)[0]
    forge("delete from people_unit where name = 'Sneaked'")
    forge("delete from people_unit where name = 'Unit 2'")
    assert f"it is gone, and its last entry, {number(2)}, does not say so" in found(world)[0]
    gone = Entry.objects.get(operation="delete").object_id
    forge("insert into people_unit (id, name) values (%s, 'Unit 4')", gone)
    assert any("deleted it" in f for f in found(world))


def test_a_secret_column_is_not_compared(world, forge):
    with acting("system:test", "people.add"):
        User.objects.create(email="ana@example.org", name="Ana", password="x")
    forge("update people_user set password = 'y'")
    assert found(world) == []


def test_a_column_that_a_migration_added_or_dropped_is_no_fault(world, forge):
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
        cursor.execute("alter table people_unit add column motto text default 'x'")
        assert found(world) == []
        cursor.execute("alter table people_unit drop column motto, drop column parent_id cascade")
    assert found(world) == []


def test_a_disabled_trigger_is_a_fault(world):
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
        cursor.execute("alter table people_unit disable trigger remit_capture")
    assert found(world) == [
        "The database: The trigger remit_capture on people_unit is missing, disabled or changed."
    ]


def test_the_outcome_is_kept(world, forge):
    assert actions.verify(world) == []
    forge("update people_unit set name = 'Evil' where name = 'Unit 2'")
    faults = actions.verify(world)
    kept = list(Verification.objects.order_by("pk"))
    assert [v.faults for v in kept] == [[], faults]
    assert kept[0].size == 11
    assert bytes(kept[0].root) == bytes(Checkpoint.objects.get(size=11).root)
    assert kept[0].verified_at <= kept[1].verified_at + timedelta(0)
