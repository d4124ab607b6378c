"""Observed over expected."""

from __future__ import annotations

from remit.measure.metrics import scored
from remit.measure.metrics.base import Estimate, Metric, NotComputable
from remit.measure.metrics.intervals import wilson


def ratio(rows: scored.Scored) -> Estimate:
    """Divide the positives that happened by those the scores add up to."""
    expected = float(rows.score.sum())
    if expected <= 0:
        raise NotComputable("the scores add up to 0, so none was expected")
    low, high = (share * rows.rows / expected for share in wilson(rows.hits, rows.rows))
    return Estimate(rows.hits / expected, low, high, rows.rows, rows.caution, rows.enough)


METRIC = Metric(
    name="observed_expected",
    family="performance",
    title="Observed over expected positives",
    formula="positives / sum of scores; above 1 the score is too low",
    source="Steyerberg, Clinical Prediction Models (2019)",
    units="ratio",
    lower=0.0,
    upper=None,
    interval="Wilson interval of the observed share over the mean score",
    applies="a score that is a probability and a two-valued label",
    blind="errors of opposite sign at low and high scores",
    compute=scored.each("observed_expected", ratio),
)
