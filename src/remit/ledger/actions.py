"""Writes of the ledger itself: places in the tree, checkpoints, verification. Append-only, not governed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import connection, transaction

from remit.kernel import clock, paths
from remit.kernel.problems import Broken
from remit.ledger import leaves, queries
from remit.ledger.models import Checkpoint, Entry, Verification
from remit.proof import checkpoint, merkle
from remit.proof.keys import KeyRing

ORIGIN = "remit/ledger"
_LOCK = 0x72656D6974
_BATCH = 5_000


def sequence() -> int:
    """Give each committed entry without a place the next index of the tree; return how many.

    One sequencer at a time, by an advisory lock: when this returns, everything that was committed before
    the call has its place.
    """
    placed = 0
    while done := _sequence_batch():
        placed += done
        if done < _BATCH:
            break
    return placed


@transaction.atomic
def _sequence_batch() -> int:
    _take_turn()
    # the rows of a batch are read after the lock, so that no other sequencer has placed them
    waiting = list(Entry.objects.filter(pending__isnull=False).order_by("pk")[:_BATCH])
    if not waiting:
        return 0
    frontier = _frontier(queries.size())
    placed, nodes = [], []
    for entry in waiting:
        hashed = merkle.leaf_hash(leaves.encoded(entry))
        placed.append((frontier.size, entry.pk, hashed))
        nodes += [(*place, value) for place, value in frontier.append(hashed)[1:]]
    with connection.cursor() as cursor:
        _copy(cursor, "ledger_leaf (index, entry_id, leaf_hash)", placed)
        _copy(cursor, "ledger_node (level, position, hash)", nodes)
        cursor.execute("delete from ledger_pending where entry_id = any(%s)", [[e.pk for e in waiting]])
    return len(placed)


@transaction.atomic
def sign_checkpoint(ring: KeyRing | None = None) -> Checkpoint | None:
    """Sign the tree as it is now; None when it is empty, the last checkpoint when it has not grown.

    Args:
        ring: the keys to sign with; the installation's own when omitted.

    Raises:
        Broken: the tree no longer starts with what was signed last, or the keys cannot be used.
    """
    _take_turn()
    size = queries.size()
    last = Checkpoint.objects.order_by("-size").first()
    if last is None and not size:
        return None
    if last is not None:
        _refuse_a_fork(last, size)
        if last.size == size:
            return last
    ring = ring or KeyRing(paths.keys())
    root = queries.root(size)
    return Checkpoint.objects.create(
        size=size,
        origin=ORIGIN,
        root=root,
        note=checkpoint.sign(ORIGIN, size, root, ring),
        key_id=ring.active_id,
        signed_at=clock.recorded_now(),
    )


def verify(ring: KeyRing | None = None) -> list[str]:
    """Verify the whole ledger, keep the outcome, and return a sentence for each fault."""
    from remit.ledger.verify import verify_database

    report = verify_database((ring or KeyRing(paths.keys())).public_keys())
    faults = [str(fault) for fault in report.faults]
    Verification.objects.create(
        verified_at=clock.recorded_now(), size=report.size, root=bytes.fromhex(report.root), faults=faults
    )
    return faults


def _copy(cursor: Any, target: str, rows: Iterable[tuple[Any, ...]]) -> None:
    # a backlog of entries, as after an import, is placed several times as fast as by bulk_create
    with cursor.copy(f"copy {target} from stdin") as copy:
        for row in rows:
            copy.write_row(row)


def _take_turn() -> None:
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [_LOCK])


def _frontier(size: int) -> merkle.Frontier:
    return merkle.Frontier(size, queries.hashes(merkle.cover(merkle.Span(0, size))))


def _refuse_a_fork(last: Checkpoint, size: int) -> None:
    if last.size > size or queries.root(last.size) != bytes(last.root):
        raise Broken(
            f"The ledger no longer starts with the {last.size} entries that were signed last.",
            remedy="Nothing was signed. Run `remit ledger verify`, which names what was altered.",
        )
