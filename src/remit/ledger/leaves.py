"""What a leaf holds: an entry without its payload, as canonical JSON."""

from __future__ import annotations

from typing import Any

from remit.ledger.models import Entry
from remit.proof import canonical


def content(entry: Entry) -> dict[str, Any]:
    """Return what the leaf of an entry says.

    What was written and why are in it only by the payload's digest, for they may name people.
    """
    return {
        "id": entry.pk,
        "occurred_at": entry.occurred_at.isoformat(),
        "recorded_at": entry.recorded_at.isoformat(),
        "actor": entry.actor,
        "action": entry.action,
        "table": entry.table_name,
        "operation": entry.operation,
        "object": str(entry.object_id),
        "payload_sha256": entry.payload_sha256,
    }


def encoded(entry: Entry) -> bytes:
    """Return the exact bytes that are hashed into the tree."""
    return canonical.encode(content(entry))
