"""How drift metrics meet their columns: the counts of one column in the reference and now."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from remit.measure.contract import Column, MetricRow
from remit.measure.metrics.base import Estimate, NotComputable, Pair, row_of
from remit.measure.profile import Counts, NumericCounts, NumericEdges, Profile

LEAST = 100
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Shift:
    """One column, then and now; numeric columns bring their edges and full counts."""

    column: Column
    before: Counts
    now: Counts
    edges: NumericEdges | None = None
    reference: NumericCounts | None = None
    current: NumericCounts | None = None

    @property
    def shares(self) -> tuple[Floats, Floats]:
        """The shares of the bins, then and now."""
        return self.before / self.before.sum(), self.now / self.now.sum()

    @property
    def n(self) -> int:
        """Values now."""
        return int(self.now.sum())

    @property
    def enough(self) -> bool:
        """Whether either side has at least `LEAST` values."""
        return min(int(self.before.sum()), self.n) >= LEAST

    @property
    def noise(self) -> float:
        """1/n + 1/m: what sampling alone adds to a squared distance, per degree of freedom."""
        return float(1 / self.before.sum() + 1 / self.now.sum())

    @property
    def caution(self) -> str:
        """Why the number is not to be relied on, or nothing."""
        return "" if self.enough else f"fewer than {LEAST} values in the reference or now"

    def tenths(self) -> tuple[Counts, Counts]:
        """Counts between the reference's deciles; category columns keep their levels."""
        if self.edges is None:
            return self.before, self.now
        part = np.searchsorted(self.edges.deciles, np.arange(len(self.before)), side="left")
        size = len(self.edges.deciles) + 1
        before, now = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.int64)
        np.add.at(before, part, self.before)
        np.add.at(now, part, self.now)
        return before, now


def each(
    metric: str,
    estimate: Callable[[Shift], Estimate],
    *,
    numeric: bool = True,
    category: bool = True,
) -> Callable[[Pair], Iterator[MetricRow]]:
    """Return a metric's function that makes an estimate for every column of these kinds."""

    def compute(pair: Pair) -> Iterator[MetricRow]:
        if pair.reference is None:
            yield MetricRow(metric, status="not_computable", reason="there is no reference to compare with")
            return
        for column in pair.current.schema.columns:
            if column.counted and (numeric if column.kind == "numeric" else category):
                found = partial(_estimate, estimate, pair.reference, pair.current, column)
                yield row_of(metric, found, column=column.name)

    return compute


def _estimate(
    estimate: Callable[[Shift], Estimate], reference: Profile, current: Profile, column: Column
) -> Estimate:
    name = column.name
    if column.kind == "numeric":
        before, now = reference.numeric[name], current.numeric[name]
        shift = Shift(column, before.bins, now.bins, current.edges.numeric[name], before, now)
    else:
        shift = Shift(column, reference.category[name].bins, current.category[name].bins)
    for side, counts in (("the reference has", shift.before), ("there are now", shift.now)):
        if not counts.sum():
            raise NotComputable(f"{side} no values")
    return estimate(shift)
