"""Chi-square test of homogeneity."""

from __future__ import annotations

import numpy as np

from remit.measure.metrics import shifts
from remit.measure.metrics.base import Estimate, Metric, NotComputable
from remit.measure.metrics.intervals import chi_square_tail

LEAST_EXPECTED = 5


def p_value(shift: shifts.Shift) -> Estimate:
    """Test whether both samples could come from one distribution over the categories."""
    table = np.stack([shift.before, shift.now]).astype(np.float64)
    table = table[:, table.sum(axis=0) > 0]
    if table.shape[1] < 2:
        raise NotComputable("there is a single category")
    expected = table.sum(axis=1, keepdims=True) * table.sum(axis=0) / table.sum()
    statistic = float(((table - expected) ** 2 / expected).sum())
    value = chi_square_tail(statistic, table.shape[1] - 1)
    small = float(expected.min()) < LEAST_EXPECTED
    reason = f"statistic {statistic:.4g} with {table.shape[1] - 1} degrees of freedom"
    if small:
        reason = f"a category has an expected count under {LEAST_EXPECTED}; {reason}"
    return Estimate(value, n=shift.n, reason=shift.caution or reason, enough=shift.enough and not small)


METRIC = Metric(
    name="chi_square",
    family="drift",
    title="Chi-square test of homogeneity, p-value",
    formula="P(X >= sum of (observed - expected)^2 / expected), X chi-square with categories - 1 degrees",
    source="Pearson (1900); least expected count: Cochran (1954)",
    units="probability",
    lower=0.0,
    upper=1.0,
    interval="none: it is a probability",
    applies="category and boolean columns with at least two values, each expected at least 5 times",
    blind="the size of the shift: with many rows the smallest one is significant",
    compute=shifts.each("chi_square", p_value, numeric=False),
)
