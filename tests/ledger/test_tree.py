"""Places in the tree, checkpoints and proofs, from the database."""

import threading

import pytest
from django.db import connection, transaction

from remit.kernel.problems import Broken, Conflict, Unknown
from remit.ledger import actions, queries
from remit.ledger.capture import acting
from remit.ledger.models import Checkpoint, Entry, Leaf, Node, Pending
from remit.ledger.verify import verify_database
from remit.people.models import Unit
from remit.proof import checkpoint, merkle


def leaf_hashes():
    return [bytes(leaf.leaf_hash) for leaf in Leaf.objects.order_by("index")]


@pytest.mark.django_db
@pytest.mark.parametrize("batch", [1, 2, 3, 5_000])
def test_entries_get_places_in_the_order_of_their_changes(write, ring, monkeypatch, batch):
    monkeypatch.setattr(actions, "_BATCH", batch)
    for number in range(7):
        write(f"Unit {number}")
    assert queries.state().waiting == 7
    assert actions.sequence() == 7
    assert actions.sequence() == 0
    assert list(Leaf.objects.order_by("index").values_list("index", "entry_id")) == list(
        enumerate(Entry.objects.order_by("pk").values_list("pk", flat=True))
    )
    assert not Pending.objects.exists()
    assert Node.objects.count() == 3 + 1
    assert queries.root(7) == merkle.root(leaf_hashes())


@pytest.mark.django_db
def test_a_checkpoint_signs_the_root_once(write, ring):
    assert actions.sign_checkpoint(ring) is None
    write("One")
    actions.sequence()
    first = actions.sign_checkpoint(ring)
    assert actions.sign_checkpoint(ring) == first
    signed = checkpoint.verify(first.note, ring.public_keys())
    assert (signed.size, signed.root) == (1, merkle.root(leaf_hashes()))
    write("Two")
    actions.sequence()
    ring.rotate()
    assert actions.sign_checkpoint(ring).key_id == ring.active_id != first.key_id
    assert Checkpoint.objects.count() == 2


@pytest.mark.django_db
def test_every_entry_and_every_pair_of_sizes_is_proved(write, ring):
    for number in range(11):
        write(f"Unit {number}")
    actions.sequence()
    actions.sign_checkpoint(ring)
    for entry in Entry.objects.all():
        proof = queries.inclusion(entry)
        assert merkle.leaf_hash(proof.leaf.encode()).hex() == proof.leaf_hash
        signed = checkpoint.verify(proof.note, ring.public_keys())
        assert (signed.size, signed.root.hex()) == (proof.size, proof.root)
        path = [bytes.fromhex(step.hash) for step in proof.steps]
        leaf = bytes.fromhex(proof.leaf_hash)
        assert merkle.verify_inclusion(leaf, proof.index, proof.size, path, signed.root)
        joined = leaf
        for step in proof.steps:
            other = bytes.fromhex(step.hash)
            joined = (
                merkle.node_hash(other, joined) if step.side == "left" else merkle.node_hash(joined, other)
            )
        assert joined == signed.root
    for second in range(1, 12):
        for first in range(1, second + 1):
            path = [bytes.fromhex(h) for h in queries.consistency(first, second)]
            assert merkle.verify_consistency(first, second, queries.root(first), queries.root(second), path)
    with pytest.raises(Unknown):
        queries.consistency(0, 3)
    with pytest.raises(Unknown):
        queries.consistency(3, 12)


@pytest.mark.django_db
def test_a_proof_reads_a_handful_of_rows(write, ring, django_assert_max_num_queries):
    for number in range(40):
        write(f"Unit {number}")
    actions.sequence()
    actions.sign_checkpoint(ring)
    entry = Entry.objects.get(leaf__index=17)
    with django_assert_max_num_queries(4):
        queries.inclusion(entry)


@pytest.mark.django_db
def test_an_entry_without_a_checkpoint_has_no_proof_yet(write, ring):
    write("One")
    entry = Entry.objects.get()
    with pytest.raises(Conflict):
        queries.inclusion(entry)
    actions.sequence()
    with pytest.raises(Conflict):
        queries.inclusion(entry)
    actions.sign_checkpoint(ring)
    assert queries.inclusion(entry).size == 1


@pytest.mark.django_db
def test_a_tree_that_lost_a_hash_is_broken_not_wrong(write, ring):
    for number in range(4):
        write(f"Unit {number}")
    actions.sequence()
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
        cursor.execute("alter table ledger_node disable trigger all; delete from ledger_node where level = 2")
    with pytest.raises(Broken, match="lost 1 hashes"):
        queries.root(4)


@pytest.mark.django_db
def test_entries_are_found_and_paged(write):
    for number in range(5):
        write(f"Unit {number}", reason=f"reason {number}")
    listed = list(queries.entries())
    assert [e.pk for e in listed] == sorted((e.pk for e in listed), reverse=True)
    assert [e.pk for e in queries.entries(before=listed[1].pk)[:2]] == [listed[2].pk, listed[3].pk]
    assert [e.reason for e in queries.entries(text="REASON 3")] == ["reason 3"]
    assert [e.reason for e in queries.entries(text="unit 2")] == ["reason 2"]
    assert queries.entries(action="unit.").count() == 5
    assert queries.entries(actor="system:other").count() == 0
    assert queries.entries(day=listed[0].occurred_at.date()).count() == 5
    unit = Unit.objects.get(name="Unit 1")
    assert queries.latest_entry_of(unit.pk).reason == "reason 1"
    assert queries.payload(queries.entry(listed[0].pk))["after"]["name"] == "Unit 4"
    with pytest.raises(Unknown):
        queries.entry(0)


@pytest.mark.django_db(transaction=True)
def test_writers_and_sequencers_at_once_lose_and_repeat_nothing(ring):
    failures = []

    def writer(name):
        try:
            for number in range(8):
                with acting("system:test", "unit.add"):
                    Unit.objects.create(name=f"{name} {number}")
                    if number % 4 == 3:
                        with transaction.atomic():
                            transaction.set_rollback(True)
        except Exception as error:  # noqa: BLE001 - a thread's failure is the test's
            failures.append(error)
        finally:
            connection.close()

    def sequencer():
        try:
            for _ in range(6):
                actions.sequence()
                actions.sign_checkpoint(ring)
        except Exception as error:  # noqa: BLE001 - a thread's failure is the test's
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=writer, args=(n,)) for n in "ABC"]
    threads += [threading.Thread(target=sequencer) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    actions.sequence()
    actions.sign_checkpoint(ring)
    assert Leaf.objects.count() == Entry.objects.count() == Unit.objects.count() == 24
    assert verify_database(ring.public_keys()).faults == ()


@pytest.mark.django_db(transaction=True)
def test_verification_reads_one_snapshot(write, ring):
    write("One")
    actions.sequence()
    actions.sign_checkpoint(ring)
    assert verify_database(ring.public_keys()).size == 1
    assert connection.get_autocommit()
