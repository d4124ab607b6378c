"""Log loss."""

from __future__ import annotations

from remit.measure.metrics import scored
from remit.measure.metrics.base import Estimate, Metric
from remit.measure.metrics.intervals import normal


def loss(rows: scored.Scored) -> Estimate:
    """Average minus the logarithm of the probability given to what happened, exactly, from sums."""
    value = float(rows.loss.sum() / rows.rows)
    variance = float(rows.n @ (rows.loss / rows.n - value) ** 2) / rows.rows**2
    low, high = normal(value, variance)
    return Estimate(value, max(0.0, low), high, rows.rows, rows.caution, rows.enough)


METRIC = Metric(
    name="log_loss",
    family="performance",
    title="Log loss",
    formula="mean of -ln(probability given to the label), probabilities clipped to 2.2e-16 from 0 and 1",
    source="Good (1952); clipping as in scikit-learn",
    units="nats",
    lower=0.0,
    upper=None,
    interval="normal, variance between score bins",
    applies="a score that is a probability and a two-valued label",
    blind="a single confident error outweighs many good rows; it depends on the base rate",
    compute=scored.each("log_loss", loss),
)
