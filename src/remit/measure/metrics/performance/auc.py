"""Area under the ROC curve."""

from __future__ import annotations

import numpy as np

from remit.measure.metrics import scored
from remit.measure.metrics.base import Estimate, Metric, NotComputable
from remit.measure.metrics.intervals import normal


def area(rows: scored.Scored) -> Estimate:
    """Count the pairs in the right order; pairs within one score bin count half, and bound the error."""
    size = len(rows.points) + 1
    positive = np.bincount(rows.bins, np.where(rows.positive, rows.n, 0), size)
    negative = np.bincount(rows.bins, np.where(rows.positive, 0, rows.n), size)
    p, n = positive.sum(), negative.sum()
    if not p or not n:
        raise NotComputable("all labels are the same")
    below = np.cumsum(negative) - negative / 2
    above = p - np.cumsum(positive) + positive / 2
    value = float(positive @ below / (p * n))
    hidden = float(positive @ negative / (2 * p * n))
    spread_p = positive @ (below / n - value) ** 2 / max(p - 1, 1)
    spread_n = negative @ (above / p - value) ** 2 / max(n - 1, 1)
    low, high = normal(value, float(spread_p / p + spread_n / n))
    reason = rows.caution or f"within {hidden:.2g} of the area over single scores"
    return Estimate(value, max(0.0, low - hidden), min(1.0, high + hidden), rows.rows, reason, rows.enough)


METRIC = Metric(
    name="auc",
    family="performance",
    title="Area under the ROC curve",
    formula="share of (positive, negative) pairs where the positive scores higher, ties half",
    source="Hanley and McNeil (1982); variance: DeLong, DeLong and Clarke-Pearson (1988)",
    units="share",
    lower=0.0,
    upper=1.0,
    interval="DeLong from the binned counts, widened by the binning bound: half the pairs that share a bin",
    applies="a score and a two-valued label; exact for a reference with at most 1,000 distinct scores",
    blind="calibration, and where on the curve the decision is taken",
    compute=scored.each("auc", area, probability=False),
)
