"""Verifying the ledger in its database: every altered, missing or unrecorded thing is named.

Each stored thing is compared with those right beneath it (payload, entry, leaf, node, checkpoint), so that
one altered byte is named where it is. One pass, constant memory, one snapshot of the database.

What the database alone cannot show: a tail that was cut off together with its checkpoints and its rows, or a
history that someone who holds the signing key wrote anew. An export kept elsewhere shows both.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.db import connection, transaction

from remit.kernel.problems import Problem
from remit.ledger import histories, leaves, triggers
from remit.ledger.models import Checkpoint, Entry
from remit.proof import checkpoint, merkle
from remit.proof.ledger_export import MOST_FAULTS, Fault, Report

_LEAVES = """
    select l.index, l.leaf_hash, e.id, e.occurred_at, e.recorded_at, e.actor, e.action, e.reason,
           e.table_name, e.operation, e.object_id, e.payload_sha256, p.body
    from ledger_leaf l left join ledger_entry e on e.id = l.entry_id
                       left join ledger_payload p on p.entry_id = l.entry_id
    order by l.index"""
_NODES = """
    select (position + 1) << level, level, position, hash from ledger_node order by 1, 2"""
_UNPLACED = """
    select e.id, e.action, w.entry_id is null,
           p.body is null or encode(sha256(convert_to(p.body, 'UTF8')), 'hex') <> e.payload_sha256
    from ledger_entry e left join ledger_leaf l on l.entry_id = e.id
                        left join ledger_pending w on w.entry_id = e.id
                        left join ledger_payload p on p.entry_id = e.id
    where l.index is null and (w.entry_id is null or p.body is null
          or encode(sha256(convert_to(p.body, 'UTF8')), 'hex') <> e.payload_sha256)
    order by e.id"""


def verify_database(public_keys: Mapping[str, str]) -> Report:
    """Check everything, and name at most 200 faults.

    Args:
        public_keys: trusted Ed25519 public keys, PEM by key id; all that ever signed here.
    """
    with snapshot():
        tree = _Tree(public_keys)
        found = list(islice(_all(tree), MOST_FAULTS))
        root = merkle.fold(tree.peaks) if tree.peaks else merkle.EMPTY_ROOT
    return Report(tree.origin, tree.size, root.hex(), tree.checkpoints, 0, tuple(found))


@contextmanager
def snapshot() -> Iterator[None]:
    """Read one state of the database within the block, whatever others commit meanwhile."""
    joins = connection.in_atomic_block
    with transaction.atomic():
        if not joins:
            with connection.cursor() as cursor:
                cursor.execute("set transaction isolation level repeatable read, read only")
        yield


def _batches(statement: str, values: list[Any] | None) -> Iterator[list[tuple[Any, ...]]]:
    with connection.chunked_cursor() as cursor:
        cursor.execute(statement, values)
        yield from iter(lambda: cursor.fetchmany(2_000), [])


def rows(statement: str, values: list[Any] | None = None) -> Iterator[tuple[Any, ...]]:
    """Yield single rows of a query through a server-side cursor."""
    for batch in _batches(statement, values):
        yield from batch


@dataclass(slots=True)
class _Tree:
    """The walk over the leaves: the right edge of the tree as it is stored."""

    public_keys: Mapping[str, str]
    size: int = 0
    origin: str = ""
    checkpoints: int = 0
    signed_size: int = 0
    peaks: list[bytes] = field(default_factory=list)


def _all(tree: _Tree) -> Iterator[Fault]:
    yield from (Fault("The database", sentence) for sentence in triggers.faults())
    yield from _leaves(tree)
    yield from _unplaced()
    yield from histories.faults()
    for model in triggers.governed():
        yield from _governed_rows(model)


def _leaves(tree: _Tree) -> Iterator[Fault]:
    nodes = _Ahead(rows(_NODES))
    notes = _Ahead(Checkpoint.objects.order_by("size").iterator(chunk_size=1_000))
    whole = True
    for index, leaf_hash, *columns, body in rows(_LEAVES):
        if whole and index != tree.size:
            whole = False
            yield Fault(f"Leaf {tree.size}", f"it is missing; the next one is {index}. The tree ends here.")
        yield from _entry(index, bytes(leaf_hash), columns, body)
        if whole:
            yield from _append(tree, bytes(leaf_hash), nodes)
            while notes.head is not None and notes.head.size == tree.size:
                yield from _checkpoint(tree, notes.take())
    while notes.head is not None:
        yield Fault(
            f"Checkpoint over {notes.take().size} entries",
            f"it covers leaves that are gone after {tree.size}.",
        )
    if nodes.head is not None and whole:
        yield Fault(f"Node {nodes.head[2]} of level {nodes.head[1]}", "it is of no leaf of the tree.")


def _entry(index: int, leaf_hash: bytes, columns: list[Any], body: str | None) -> Iterator[Fault]:
    names = ("id", "occurred_at", "recorded_at", "actor", "action", "reason")
    names += ("table_name", "operation", "object_id", "payload_sha256")
    entry = Entry(**dict(zip(names, columns, strict=True)))
    if entry.pk is None:
        yield Fault(f"Leaf {index}", "its entry is gone.")
        return
    subject = f"Entry {entry.pk} (leaf {index}, {entry.action})"
    if merkle.leaf_hash(leaves.encoded(entry)) != leaf_hash:
        yield Fault(subject, "its columns or its leaf were altered.")
    if body is None:
        yield Fault(subject, "its payload is gone.")
    elif hashlib.sha256(body.encode()).hexdigest() != entry.payload_sha256:
        yield Fault(subject, "its payload was altered.")
    elif _reason(body) != entry.reason:
        yield Fault(subject, "its reason was altered.")


def _reason(body: str) -> Any:
    try:
        return json.loads(body)["reason"]
    except (ValueError, TypeError, KeyError):
        return None


def _append(tree: _Tree, carried: bytes, nodes: _Ahead) -> Iterator[Fault]:
    """Add a leaf, comparing each subtree it completes with the node that is stored for it."""
    level, position = 0, tree.size
    tree.size += 1
    while position & 1:
        computed = merkle.node_hash(tree.peaks.pop(), carried)
        level, position = level + 1, position >> 1
        subject = f"Node {position} of level {level}"
        while nodes.head is not None and tuple(nodes.head[:2]) < (tree.size, level):
            _, extra, place, _ = nodes.take()
            yield Fault(f"Node {place} of level {extra}", "it is of no leaf of the tree.")
        if nodes.head is None or tuple(nodes.head[1:3]) != (level, position):
            yield Fault(subject, "it is missing.")
            carried = computed
            continue
        carried = bytes(nodes.take()[3])
        if carried != computed:
            yield Fault(subject, "it or a hash beneath it was altered.")
    tree.peaks.append(carried)


def _checkpoint(tree: _Tree, row: Checkpoint) -> Iterator[Fault]:
    subject, root = f"Checkpoint over {row.size} entries", merkle.fold(tree.peaks)
    try:
        signed = checkpoint.verify(row.note, tree.public_keys)
    except Problem as problem:
        yield Fault(subject, problem.detail)
        return
    tree.checkpoints += 1
    tree.origin = tree.origin or signed.origin
    columns = (row.origin, row.size, bytes(row.root), row.key_id)
    if columns != (signed.origin, signed.size, signed.root, signed.key_ids[0]):
        yield Fault(subject, "its columns are not what its note says.")
    elif signed.origin != tree.origin:
        yield Fault(subject, f"it is of another log, {signed.origin}.")
    if (signed.size, signed.root) == (tree.size, root):
        tree.signed_size = tree.size
        return
    since = f"between {tree.signed_size} and {tree.size - 1}" if tree.signed_size else f"below {tree.size}"
    yield Fault(subject, f"an entry with a leaf {since} was altered, for the signed root is another.")


def _unplaced() -> Iterator[Fault]:
    """An entry is either in the tree or waiting for its place with its payload intact."""
    for identifier, action, lost, altered in rows(_UNPLACED):
        subject = f"Entry {identifier} ({action})"
        if lost:
            yield Fault(subject, "it is neither in the tree nor waiting for its place.")
        if altered:
            yield Fault(subject, "its payload was altered or is gone.")


def _governed_rows(model: type[triggers.models.Governed]) -> Iterator[Fault]:
    """Every governed row is what its last entry says it became."""
    table, key = model._meta.db_table, model._meta.pk.column
    hidden = [model._meta.get_field(name).column for name in model.unledgered]
    statement = f"""
        with last as (
          select distinct on (e.object_id) e.id, e.object_id, e.operation,
                 case when pg_input_is_valid(p.body, 'jsonb') then p.body::jsonb -> 'after' end as after
          from ledger_entry e left join ledger_payload p on p.entry_id = e.id
          where e.table_name = %s order by e.object_id, e.id desc
        )
        select coalesce(t."{key}", last.object_id), last.id, last.operation,
               (to_jsonb(t) - %s::text[])::text, last.after::text
        from "{table}" t full join last on last.object_id = t."{key}"
        where last.after is distinct from to_jsonb(t) - %s::text[] and (t."{key}" is not null
              or last.operation <> 'delete')"""  # noqa: S608 - table and key are the models' own names
    for identifier, entry, operation, present, after in rows(statement, [table, hidden, hidden]):
        subject = f"Row {identifier} of {table}"
        if entry is None:
            yield Fault(subject, "no entry speaks of it: it was written around the ledger.")
        elif present is None:
            yield Fault(subject, f"it is gone, and its last entry, {entry}, does not say so.")
        elif operation == "delete":
            yield Fault(subject, f"it is there, although entry {entry} deleted it.")
        elif changed := _differing(present, after):
            yield Fault(subject, f"its {', '.join(changed)} changed since its last entry, {entry}.")


def _differing(present: str, after: str | None) -> list[str]:
    """The columns that differ, among those that both have: a later migration adds and drops some."""
    now, then = json.loads(present), json.loads(after or "null") or {}
    return sorted(name for name in now.keys() & then.keys() if now[name] != then[name])


class _Ahead:
    """An iterator whose next item can be looked at before it is taken."""

    def __init__(self, items: Iterator[Any]) -> None:
        self._items = items
        self.head = next(items, None)

    def take(self) -> Any:
        """Return the next item and go on."""
        taken, self.head = self.head, next(self._items, None)
        return taken
