"""Demographic parity difference."""

from __future__ import annotations

from remit.measure.metrics import decided
from remit.measure.metrics.base import Estimate, Metric
from remit.measure.metrics.intervals import newcombe
from remit.measure.profile import Profile


def difference(profile: Profile, attribute: str) -> Estimate:
    """Subtract the lowest selection rate from the highest."""
    found = decided.extremes(profile, attribute)
    low, high = found.lowest, found.highest
    limits = newcombe(high.hits, high.n, low.hits, low.n)
    return Estimate(high.rate - low.rate, *limits, found.n, found.reason, found.enough)


METRIC = Metric(
    name="demographic_parity_difference",
    family="fairness",
    title="Demographic parity difference",
    formula="highest selection rate - lowest selection rate among groups of at least 30 rows",
    source="Dwork et al. (2012); as in fairlearn",
    units="share",
    lower=0.0,
    upper=1.0,
    interval="Newcombe's hybrid score, of the two groups (the lower limit may be under 0)",
    applies="a prediction with favourable values and a protected attribute with at least two groups",
    blind="whether the groups deserved the same rate",
    compute=decided.each_attribute("demographic_parity_difference", difference),
)
