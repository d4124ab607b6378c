"""Wasserstein distance."""

from __future__ import annotations

import math

import numpy as np

from remit.measure.metrics import shifts
from remit.measure.metrics.base import Estimate, Metric, NotComputable
from remit.measure.metrics.shifts import Floats
from remit.measure.profile import NumericCounts, NumericEdges


def distance(shift: shifts.Shift) -> Estimate:
    """Integrate |F - G|: beyond the outer edges from sums, between them from the counts at the edges.

    The integral of F - G is the difference of the means, so what the counts miss of it between the edges
    is known, and is added in proportion to how far F - G keeps one sign there.
    """
    edges, before, now = shift.edges, shift.reference, shift.current
    if edges is None or before is None or now is None:
        raise NotComputable("it is defined for numbers only")
    spread = _deviation(before)
    if spread == 0:
        raise NotComputable("the reference has a single value, so there is no spread to measure by")
    (under_f, over_f), (under_g, over_g) = _tails(before, edges), _tails(now, edges)
    signed, absolute = _between(shift, edges)
    means = now.total / now.n - before.total / before.n
    missed = means - (under_f - under_g) - (over_g - over_f) - signed
    inner = max(0.0, absolute + missed * signed / absolute) if absolute > 0 else 0.0
    value = (abs(under_f - under_g) + inner + abs(over_f - over_g)) / spread
    return Estimate(value, n=shift.n, reason=shift.caution, enough=shift.enough)


def _between(shift: shifts.Shift, edges: NumericEdges) -> tuple[float, float]:
    """The integrals of F - G and |F - G| between the outer edges, taken as straight from edge to edge."""
    p, q = shift.shares
    gap, width = (np.cumsum(p) - np.cumsum(q))[:-1], np.diff(edges.points)
    if edges.lattice:
        return float(gap[:-1] @ width), float(np.abs(gap[:-1]) @ width)
    return float((gap[:-1] + gap[1:]) / 2 @ width), float(_mean_absolute(gap[:-1], gap[1:]) @ width)


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
    blind="detail between two edges where F - G changes sign; outliers in the reference hide shifts",
    compute=shifts.each("wasserstein", distance, category=False),
)
