"""What crosses the boundary of serving."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Traffic:
    """What happened at the gateway over a window: counts of decisions and refusals, milliseconds."""

    since: datetime
    until: datetime
    asked: int
    approved: int
    referred: int
    declined: int
    refused: int
    p95_ms: float | None
    refused_by: dict[str, int]
    by_variant: dict[str, int]

    @property
    def decided(self) -> int:
        """Requests that got an action."""
        return self.asked - self.refused

    def share(self, count: int) -> float | None:
        """Return a count as a share of what was decided; None when nothing was."""
        return count / self.decided if self.decided else None


@dataclass(frozen=True, slots=True)
class Explained:
    """A recorded decision, explained from the archived artifact.

    `reasons` are `gateway.contract.Reason`, `changes` are `gateway.explain.Change`, `replay` is
    `gateway.explain.Replay`; all empty or None for a decision without a score.
    """

    row: dict[str, Any]
    features: dict[str, Any]
    context: dict[str, Any]
    reasons: tuple[Any, ...] = ()
    changes: tuple[Any, ...] = ()
    replay: Any = None


@dataclass(frozen=True, slots=True)
class DecisionFilter:
    """Which decisions a list shows; what is empty narrows nothing.

    `text` is a decision's id, or part of a subject. `outcome` is an action, or `refused`.
    """

    text: str = ""
    outcome: str = ""
    variant: str = ""
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Rescored:
    """A recorded input scored by another version that is deployed now, and the action its rule gives."""

    version: str
    variant: str
    score: float
    action: str
