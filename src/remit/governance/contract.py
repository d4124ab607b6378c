"""What crosses governance's boundary."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

ControlStatus = Literal[
    "satisfied", "failing", "missing", "stale", "excepted", "not_applicable", "not_computable"
]
PASSING: frozenset[str] = frozenset({"satisfied", "excepted", "not_applicable"})


@dataclass(frozen=True, slots=True)
class Control:
    """A rule over facts, with the evidence it needs and the person who mends it.

    `finding` is false for what only waits for a person: that is a task, and failing it opens no finding.
    """

    id: str
    title: str
    gates: tuple[str, ...]
    severity: str
    owner_role: str
    rule: str
    says: str
    remedy: str
    tiers: tuple[str, ...] = ("T1", "T2", "T3", "T4")
    applies_when: str = "true"
    evidence: tuple[str, ...] = ()
    fresh_days: dict[str, int] = field(default_factory=dict)
    satisfies: tuple[str, ...] = ()
    finding: bool = True


@dataclass(frozen=True, slots=True)
class ControlResult:
    """What a control says about one version: its status, and why in a sentence."""

    control: str
    title: str
    status: ControlStatus
    says: str
    severity: str
    owner_role: str
    remedy: str
    satisfies: tuple[str, ...] = ()

    @property
    def passes(self) -> bool:
        """Whether a gate lets it through; what cannot be computed never does."""
        return self.status in PASSING

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON types."""
        return {
            "control": self.control,
            "title": self.title,
            "status": self.status,
            "says": self.says,
            "severity": self.severity,
            "owner_role": self.owner_role,
            "remedy": self.remedy,
            "satisfies": list(self.satisfies),
        }


@dataclass(frozen=True, slots=True)
class Tiering:
    """A computed tier: axis scores from 0 to 1, and the reasons in sentences."""

    tier: str
    axes: dict[str, float]
    reasons: tuple[str, ...]
    provisional: bool
    scheme_version: str
