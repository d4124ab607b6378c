"""Jensen-Shannon distance."""

from __future__ import annotations

import math

import numpy as np

from remit.measure.metrics import shifts
from remit.measure.metrics.base import Estimate, Metric
from remit.measure.metrics.intervals import normal
from remit.measure.metrics.shifts import Floats


def distance(shift: shifts.Shift) -> Estimate:
    """Compare shares over all bins."""
    p, q = shift.shares
    middle = (p + q) / 2
    to_p, to_q = _log_ratio(p, middle), _log_ratio(q, middle)
    divergence = max(0.0, float((p @ to_p + q @ to_q) / 2))
    n, m = shift.before.sum(), shift.now.sum()
    slope = ((p @ to_p**2 - (p @ to_p) ** 2) / n + (q @ to_q**2 - (q @ to_q) ** 2) / m) / 4
    noise = 2 * (np.count_nonzero(middle) - 1) * (shift.noise / 8) ** 2
    low, high = normal(divergence, float(slope + noise))
    top = math.sqrt(min(high, math.log(2)))
    return Estimate(
        math.sqrt(divergence), math.sqrt(max(0.0, low)), top, shift.n, shift.caution, shift.enough
    )


def _log_ratio(share: Floats, middle: Floats) -> Floats:
    ratio = np.divide(share, middle, out=np.ones_like(share), where=share > 0)
    return np.log(ratio)


METRIC = Metric(
    name="js",
    family="drift",
    title="Jensen-Shannon distance",
    formula="sqrt((KL(p, m) + KL(q, m)) / 2) with m = (p + q) / 2, natural logarithm",
    source="Lin (1991); Endres and Schindelin (2003)",
    units="square root of nats",
    lower=0.0,
    upper=math.sqrt(math.log(2)),
    interval="root of a normal interval of the divergence, delta method plus the chi-square under no shift",
    applies="numeric columns on up to 80 bins of the reference; category columns on their levels",
    blind="movement inside a bin; it grows with the number of bins in small samples",
    compute=shifts.each("js", distance),
)
