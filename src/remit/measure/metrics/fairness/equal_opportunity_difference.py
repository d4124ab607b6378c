"""Equal opportunity difference."""

from __future__ import annotations

from remit.measure.metrics import decided
from remit.measure.metrics.base import Estimate, Metric
from remit.measure.metrics.intervals import newcombe
from remit.measure.profile import Profile


def difference(profile: Profile, attribute: str) -> Estimate:
    """Among rows whose label deserves it, subtract the lowest favourable rate from the highest."""
    found = decided.extremes(profile, attribute, only_deserving=True)
    low, high = found.lowest, found.highest
    limits = newcombe(high.hits, high.n, low.hits, low.n)
    return Estimate(high.rate - low.rate, *limits, found.n, found.reason, found.enough)


METRIC = Metric(
    name="equal_opportunity_difference",
    family="fairness",
    title="Equal opportunity difference",
    formula="highest - lowest share of favourable predictions among rows whose label deserves one",
    source="Hardt, Price and Srebro (2016); as in fairlearn",
    units="share",
    lower=0.0,
    upper=1.0,
    interval="Newcombe's hybrid score, of the two groups (the lower limit may be under 0)",
    applies="prediction and label with favourable values, and at least two groups of at least 30 such rows",
    blind="errors among rows that do not deserve it; labels that are themselves biased",
    compute=decided.each_attribute("equal_opportunity_difference", difference),
)
