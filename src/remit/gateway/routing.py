"""Which variant decides: a randomised draw that anyone can recompute from salt and subject."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Protocol, TypeVar


class Weighted(Protocol):
    """Something with a share of the traffic."""

    @property
    def weight(self) -> float:
        """Relative share; zero takes no traffic."""


W = TypeVar("W", bound=Weighted)


def draw(salt: str, subject: str) -> float:
    """Return a number in [0, 1), uniform over subjects and always the same for one subject."""
    digest = hashlib.sha256(f"{salt}|{subject}".encode()).digest()
    return (int.from_bytes(digest[:8], "big") >> 11) / (1 << 53)


def assign(variants: Sequence[W], at: float) -> tuple[W, float] | None:
    """Return the variant whose share of [0, 1) holds `at`, and that share; None when none has weight."""
    total = sum(variant.weight for variant in variants)
    reached = 0.0
    chosen = None
    for variant in variants:
        if variant.weight <= 0:
            continue
        chosen = (variant, variant.weight / total)
        reached += variant.weight
        if at * total < reached:
            break
    return chosen
