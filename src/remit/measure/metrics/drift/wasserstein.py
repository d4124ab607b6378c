"""Wasserstein distance."""

from __future__ import annotations

import math

import numpy as np

from remit.measure.metrics import shifts
from remit.measure.metrics.base import Estimate, Metric, NotComputable
from remit.measure.metrics.shifts import Floats
from remit.measure.profile import NumericCounts, NumericEdges


def distance(shift: shifts.Shift) -> Estimate:
    """Integrate |F - G|: beyond the outer edges from sums, between them from the counts at the edges."""
    edges, before, now = shift.edges, shift.reference, shift.current
    if edges is None or before is None or now is None:
        raise NotComputable("it is defined for numbers only")
    spread = _deviation(before)
    if spread == 0:
        raise NotComputable("the reference has a single value, so there is no spread to measure by")
    points = np.array(edges.points)
    p, q = shift.shares
    gap = (np.cumsum(p) - np.cumsum(q))[:-1]
    tails = [abs(a - b) for a, b in zip(_tails(before, edges), _tails(now, edges), strict=True)]
    inner = np.abs(gap[:-1]) if edges.lattice else _mean_absolute(gap[:-1], gap[1:])
    value = (float(inner @ np.diff(points)) + sum(tails)) / spread
    return Estimate(value, n=shift.n, reason=shift.caution, enough=shift.enough)


def _deviation(counts: NumericCounts) -> float:
    if counts.n < 2 or counts.minimum == counts.maximum:
        return 0.0
    return math.sqrt(max(0.0, counts.squares - counts.total**2 / counts.n) / (counts.n - 1))


def _tails(counts: NumericCounts, edges: NumericEdges) -> tuple[float, float]:
    """The mean distance of values beyond the first and the last edge, over all values."""
    first, last = edges.points[0] - edges.centre, edges.points[-1] - edges.centre
    under, over = counts.n - counts.above[0], counts.above[-1]
    return (first * under - counts.low) / counts.n, (counts.high - last * over) / counts.n


def _mean_absolute(a: Floats, b: Floats) -> Floats:
    """The mean of |x| on a straight line from a to b."""
    total = np.abs(a) + np.abs(b)
    crossing = np.divide(a * a + b * b, 2 * total, out=np.zeros_like(total), where=total > 0)
    return np.where(a * b >= 0, total / 2, crossing)


METRIC = Metric(
    name="wasserstein",
    family="drift",
    title="Wasserstein distance, in reference standard deviations",
    formula="integral of |F - G| over the values, divided by the reference's standard deviation",
    source="Vallender (1974); normalised as in Evidently",
    units="standard deviations of the reference",
    lower=0.0,
    upper=None,
    interval="none",
    applies="numeric columns whose reference has more than one value",
    blind="between two edges values are taken as even; huge outliers in the reference hide shifts",
    compute=shifts.each("wasserstein", distance, category=False),
)
