"""The ledger: its state, its entries, and the proofs that anyone can check."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from remit.api.lists import Page, cut, opened
from remit.api.shapes import Day
from remit.kernel.problems import Unknown
from remit.ledger import queries
from remit.people import policies
from remit.people import queries as people

router = Router()
READ = "ledger.read"


class StateOut(Schema):
    """How the ledger stands: leaves, entries waiting for a place, last checkpoint and verification."""

    size: int
    waiting: int
    root: str
    signed_at: datetime | None
    key_id: str
    verified_at: datetime | None
    verified_size: int
    faults: list[str]


class CheckpointOut(Schema):
    """The newest signed note (C2SP tlog-checkpoint), and the public keys, PEM by key id."""

    size: int
    root: str
    note: str
    key_id: str
    signed_at: datetime
    public_keys: dict[str, str]


class EntryOut(Schema):
    """One change of one governed row; `index` is its place in the tree, if it has one yet."""

    id: int
    index: int | None
    occurred_at: datetime
    recorded_at: datetime
    actor: str
    action: str
    reason: str
    table: str = Field(alias="table_name")
    operation: str
    object_id: UUID
    payload_sha256: str

    @staticmethod
    def resolve_index(row: Any) -> int | None:
        """Return the leaf's index."""
        return row.leaf.index if hasattr(row, "leaf") else None


class EntryInFull(EntryOut):
    """An entry with its payload as it was hashed; null if erased, or if it may hold what you may not read."""

    payload: str | None

    @staticmethod
    def resolve_payload(row: Any, context: Any) -> str | None:
        """Return the exact text, to who may read all of it."""
        if row.table_name in policies.veiled_tables(context["request"].user):
            return None
        kept = getattr(row, "payload", None)
        return kept.body if kept else None


class Entries(Schema):
    """A page of entries."""

    items: list[EntryOut]
    next: str | None


class EntriesAsked(Page):
    """Which entries; `action` may be the start of one, such as `remit.`."""

    text: str = Field("", max_length=120)
    action: str = Field("", max_length=100)
    actor: str = Field("", max_length=200)
    table: str = Field("", max_length=100)
    object_id: UUID | None = None
    day: Day | None = None


class StepOut(Schema):
    """A sibling hash on the way to the root."""

    side: Literal["left", "right"]
    hash: str


class ProofOut(Schema):
    """That an entry is under the newest checkpoint: `leaf` is the exact text that is hashed."""

    entry: int
    index: int
    leaf: str
    leaf_hash: str
    steps: list[StepOut]
    size: int
    root: str
    note: str


class ConsistencyOut(Schema):
    """That the tree of `first` leaves is the start of the one of `second`."""

    first: int
    second: int
    first_root: str
    second_root: str
    path: list[str]


@router.get("/ledger", response=StateOut)
def get_ledger(request: HttpRequest) -> Any:
    """Show how the ledger stands."""
    people.require_reach(request.user, READ, None)
    return queries.state()


@router.get("/ledger/checkpoint", response=CheckpointOut)
def get_checkpoint(request: HttpRequest) -> Any:
    """Show the newest checkpoint."""
    people.require_reach(request.user, READ, None)
    found = queries.checkpoints().last()
    if found is None:
        raise Unknown("No checkpoint is signed yet.", remedy="The worker signs one in a few seconds.")
    return {
        "size": found.size,
        "root": bytes(found.root).hex(),
        "note": found.note,
        "key_id": found.key_id,
        "signed_at": found.signed_at,
        "public_keys": queries.public_keys(),
    }


@router.get("/ledger/consistency", response=ConsistencyOut)
def prove_consistency(
    request: HttpRequest, first: int = Query(ge=1, lt=2**63), second: int = Query(ge=1, lt=2**63)
) -> Any:
    """Prove that nothing in the tree of `first` leaves was changed on the way to the one of `second`."""
    people.require_reach(request.user, READ, None)
    path = queries.consistency(first, second)
    return {
        "first": first,
        "second": second,
        "first_root": queries.root(first).hex(),
        "second_root": queries.root(second).hex(),
        "path": path,
    }


@router.get("/ledger/entries", response=Entries)
def list_entries(request: HttpRequest, asked: Query[EntriesAsked]) -> Any:
    """List entries, the latest first."""
    people.require_reach(request.user, READ, None)
    before = opened(asked.cursor, int)[0] if asked.cursor else None
    unread = policies.veiled_tables(request.user) if asked.text else ()
    found = queries.entries(**asked.model_dump(exclude={"limit", "cursor"}), unread=unread, before=before)
    return cut(list(found[: asked.limit + 1]), asked.limit, lambda entry: [entry.pk])


@router.get("/ledger/entries/{entry}", response=EntryInFull)
def get_entry(request: HttpRequest, entry: int) -> Any:
    """Show an entry with its payload."""
    people.require_reach(request.user, READ, None)
    return queries.entry(entry)


@router.get("/ledger/entries/{entry}/proof", response=ProofOut)
def prove_entry(request: HttpRequest, entry: int) -> Any:
    """Prove that an entry is under the newest signed checkpoint."""
    people.require_reach(request.user, READ, None)
    return queries.inclusion(queries.entry(entry))
