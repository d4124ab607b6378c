"""What ledgers say of some rows: this installation's, and those that came with the rows from elsewhere."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from remit.kernel.problems import Problem
from remit.ledger import leaves, queries
from remit.ledger.models import Checkpoint, Entry, ImportedEntry, ImportedLog, Leaf
from remit.proof import checkpoint, model_bundle
from remit.proof.ledger_export import Fault


@dataclass(frozen=True, slots=True)
class Log:
    """A ledger, as far as it is about some rows: its root, its keys, its entries and their way."""

    name: str
    note: str
    public_keys: Mapping[str, str]
    entries: Iterator[dict[str, Any]]


def of(ids: Collection[UUID], last: Checkpoint, public_keys: Mapping[str, str]) -> Iterator[Log]:
    """Yield the ledgers that speak of these rows: those from elsewhere, then this one up to a checkpoint."""
    known = ImportedLog.objects.filter(entries__object_id__in=ids).distinct().order_by("name", "imported_at")
    for log in known:
        brought = log.entries.filter(object_id__in=ids).order_by("index")
        yield Log(log.name, log.note, log.public_keys, (_brought(entry) for entry in brought))
    yield Log(last.key_id, last.note, public_keys, _own(ids, last.size))


def brought(subject: UUID) -> list[ImportedLog]:
    """Return the ledgers that came with a row from elsewhere, the latest first."""
    return list(ImportedLog.objects.filter(subject_id=subject).order_by("-imported_at"))


def entries_of(log: ImportedLog, most: int) -> list[tuple[Entry, dict[str, Any]]]:
    """Return the latest entries of a ledger that came from elsewhere, each with what its payload says."""
    latest = [(one.content, payload(one)) for one in log.entries.order_by("-index")[:most]]
    return [(_as_entry(content, str(said.get("reason", ""))), said) for content, said in latest]


def faults() -> Iterator[Fault]:
    """Yield what is wrong with the ledgers that came from elsewhere: each entry is under its signed root."""
    for log in ImportedLog.objects.order_by("imported_at", "pk"):
        where = f"The ledger of {log.organisation} ({log.name})"
        try:
            signed = checkpoint.verify(log.note, log.public_keys)
        except Problem as problem:
            yield Fault(where, problem.detail)
            continue
        for entry in log.entries.order_by("index").iterator(chunk_size=1_000):
            if why := model_bundle.entry_fault(_brought(entry), signed.size, signed.root):
                yield Fault(f"{where}, entry {entry.content.get('id')}", why)


def keep(
    *,
    name: str,
    subject: UUID,
    organisation: str,
    note: str,
    public_keys: Mapping[str, str],
    names: Mapping[str, str],
    entries: Iterator[Mapping[str, Any]],
    at: Any,
) -> ImportedLog:
    """Keep another installation's ledger about a row that came from there; it was verified."""
    log = ImportedLog.objects.create(
        name=name,
        subject_id=subject,
        organisation=organisation,
        note=note,
        public_keys=dict(public_keys),
        names=dict(names),
        imported_at=at,
    )
    rows = (
        ImportedEntry(
            log=log,
            index=entry["index"],
            object_id=entry["entry"]["object"],
            content=entry["entry"],
            payload=entry["payload"] or "",
            path=entry["path"],
        )
        for entry in entries
    )
    ImportedEntry.objects.bulk_create(rows, batch_size=1_000)
    return log


def payload(entry: ImportedEntry) -> dict[str, Any]:
    """Return what a row was before and is after; empty if it was erased where it came from."""
    body: dict[str, Any] = json.loads(entry.payload) if entry.payload else {}
    return body


def _as_entry(content: Mapping[str, Any], reason: str) -> Entry:
    """Return an entry as the tables of this installation would hold it; it is in none of them."""
    return Entry(
        pk=content["id"],
        occurred_at=datetime.fromisoformat(content["occurred_at"]),
        recorded_at=datetime.fromisoformat(content["recorded_at"]),
        actor=content["actor"],
        action=content["action"],
        reason=reason,
        table_name=content["table"],
        operation=content["operation"],
        object_id=UUID(content["object"]),
        payload_sha256=content["payload_sha256"],
    )


def _own(ids: Collection[UUID], size: int) -> Iterator[dict[str, Any]]:
    listed = Leaf.objects.filter(entry__object_id__in=ids, index__lt=size).order_by("index")
    for leaf in listed.select_related("entry__payload").iterator(chunk_size=1_000):
        body = leaf.entry.payload.body if hasattr(leaf.entry, "payload") else None
        yield {
            "entry": leaves.content(leaf.entry),
            "index": leaf.index,
            "payload": body,
            "path": queries.way(leaf.index, size),
        }


def _brought(entry: ImportedEntry) -> dict[str, Any]:
    return {
        "entry": entry.content,
        "index": entry.index,
        "payload": entry.payload or None,
        "path": entry.path,
    }
