"""What every metric states about itself, and how an estimate becomes a row."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from remit.measure.contract import MetricRow
from remit.measure.profile import Profile

Family = Literal["drift", "performance", "fairness", "quality"]


@dataclass(frozen=True, slots=True)
class Pair:
    """What a metric looks at: the current profile, and the reference it is compared with, if any."""

    reference: Profile | None
    current: Profile


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with its 95% interval; `enough` is false where too few rows make it unreliable."""

    value: float
    low: float | None = None
    high: float | None = None
    n: int = 0
    reason: str = ""
    enough: bool = True


class NotComputable(Exception):
    """There is no such number for these data; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """A pure function of profiles, with all a reader needs to judge what it says.

    Attributes:
        name: as in rows, limits and file names.
        family: the folder it lives in.
        title: for people.
        formula: in plain text.
        source: where the definition comes from.
        units: of the value.
        lower: least possible value; None when unbounded.
        upper: greatest possible value; None when unbounded.
        interval: how `low` and `high` come about.
        applies: to which columns or data.
        blind: what it cannot see.
        compute: the function.
    """

    name: str
    family: Family
    title: str
    formula: str
    source: str
    units: str
    lower: float | None
    upper: float | None
    interval: str
    applies: str
    blind: str
    compute: Callable[[Pair], Iterator[MetricRow]]


def row_of(
    metric: str, estimate: Callable[[], Estimate], *, column: str = "", segment: str = ""
) -> MetricRow:
    """Run an estimate and state what came of it, whatever it was; the row never holds NaN."""
    try:
        found = estimate()
    except NotComputable as finding:
        return MetricRow(metric, column, segment, status="not_computable", reason=str(finding))
    except (OverflowError, ZeroDivisionError) as failure:
        return MetricRow(
            metric, column, segment, status="not_computable", reason=f"arithmetic failed: {failure}"
        )
    if not all(
        math.isfinite(number) for number in (found.value, found.low, found.high) if number is not None
    ):
        reason = "the numbers are too large for the result to be finite"
        return MetricRow(metric, column, segment, n=found.n, status="not_computable", reason=reason)
    return MetricRow(
        metric,
        column,
        segment,
        value=float(found.value),
        low=None if found.low is None else float(found.low),
        high=None if found.high is None else float(found.high),
        n=found.n,
        status="measured" if found.enough else "insufficient",
        reason=found.reason,
    )
