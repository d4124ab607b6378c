"""What crosses the ledger's boundary."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal


@dataclass(frozen=True, slots=True)
class Step:
    """A sibling hash on the way to the root, and the side it stands on."""

    side: Literal["left", "right"]
    hash: str


@dataclass(frozen=True, slots=True)
class Inclusion:
    """The proof that an entry is under a signed checkpoint; `leaf` is the exact text that is hashed."""

    entry: int
    index: int
    leaf: str
    leaf_hash: str
    steps: tuple[Step, ...]
    size: int
    root: str
    note: str


@dataclass(frozen=True, slots=True)
class State:
    """How the ledger stands: leaves, entries without a place yet, last checkpoint, last verification."""

    size: int
    waiting: int
    root: str
    signed_at: datetime | None
    key_id: str
    verified_at: datetime | None
    verified_size: int
    faults: tuple[str, ...]
