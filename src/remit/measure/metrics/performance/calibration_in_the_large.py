"""Calibration in the large."""

from __future__ import annotations

from remit.measure.metrics import scored
from remit.measure.metrics.base import Estimate, Metric
from remit.measure.metrics.intervals import normal


def difference(rows: scored.Scored) -> Estimate:
    """Subtract the mean score from the share of positives."""
    value = float((rows.hits - rows.score.sum()) / rows.rows)
    variance = max(0.0, float(rows.errors.sum()) / rows.rows - value**2) / rows.rows
    low, high = normal(value, variance)
    return Estimate(value, max(-1.0, low), min(1.0, high), rows.rows, rows.caution, rows.enough)


METRIC = Metric(
    name="calibration_in_the_large",
    family="performance",
    title="Calibration in the large",
    formula="share of positives - mean score; above 0 the score is too low",
    source="Cox (1958); Steyerberg, Clinical Prediction Models (2019)",
    units="probability",
    lower=-1.0,
    upper=1.0,
    interval="normal, variance of label - score",
    applies="a score that is a probability and a two-valued label",
    blind="errors of opposite sign at low and high scores",
    compute=scored.each("calibration_in_the_large", difference),
)
