"""Brier score."""

from __future__ import annotations

from remit.measure.metrics import scored
from remit.measure.metrics.base import Estimate, Metric
from remit.measure.metrics.intervals import normal


def score(rows: scored.Scored) -> Estimate:
    """Average the squared error, exactly, from sums."""
    value = float(rows.errors.sum() / rows.rows)
    means = rows.errors / rows.n
    variance = float(rows.n @ (means - value) ** 2) / rows.rows**2
    low, high = normal(value, variance)
    return Estimate(value, max(0.0, low), min(1.0, high), rows.rows, rows.caution, rows.enough)


METRIC = Metric(
    name="brier",
    family="performance",
    title="Brier score",
    formula="mean of (score - label)^2",
    source="Brier (1950)",
    units="squared probability",
    lower=0.0,
    upper=1.0,
    interval="normal, variance between score bins",
    applies="a score that is a probability and a two-valued label",
    blind="whether ranking or calibration is at fault; it depends on the base rate",
    compute=scored.each("brier", score),
)
