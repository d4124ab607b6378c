"""What crosses the boundary of value."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Difference:
    """A difference of two means, per decision, with its 95% interval; None where it cannot be computed."""

    value: float | None
    low: float | None
    high: float | None
    n_treated: int
    n_control: int
    status: Literal["measured", "insufficient", "not_computable"]


@dataclass(frozen=True, slots=True)
class Kpi:
    """A KPI's definition. `better` is the good direction."""

    id: str
    name: str
    formula: str
    unit: str
    better: Literal["lower", "higher"]
    target: str
    pitfall: str


@dataclass(frozen=True, slots=True)
class KpiValue:
    """A KPI over a window: its value, its interval where it is estimated, what it rests on.

    `coverage` is the share of the population that has the data; `parts` are rows to drill into.
    """

    kpi: Kpi
    value: float | None
    low: float | None = None
    high: float | None = None
    n: int = 0
    coverage: float | None = None
    status: str = "measured"
    detail: str = ""
    parts: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Scope:
    """Which use cases a KPI looks at, by id (None: all of them), and over which window."""

    since: datetime
    until: datetime
    use_cases: frozenset[UUID] | None = None


@dataclass(frozen=True, slots=True)
class Worth:
    """What a use case brought and cost over a window, in its currency."""

    value: float | None
    low: float | None
    high: float | None
    cost: float
    decisions: int
    currency: str

    @property
    def roi(self) -> float | None:
        """Value over cost; None without a cost or a value."""
        return self.value / self.cost if self.value is not None and self.cost else None
