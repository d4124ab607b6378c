"""Adverse impact ratio."""

from __future__ import annotations

from remit.measure.metrics import decided
from remit.measure.metrics.base import Estimate, Metric, NotComputable
from remit.measure.metrics.intervals import katz
from remit.measure.profile import Profile


def ratio(profile: Profile, attribute: str) -> Estimate:
    """Divide the lowest selection rate by the highest."""
    found = decided.extremes(profile, attribute)
    low, high = found.lowest, found.highest
    if high.hits == 0:
        raise NotComputable("no group met a favourable prediction")
    limits = katz(low.hits, low.n, high.hits, high.n)
    return Estimate(low.rate / high.rate, *limits, found.n, found.reason, found.enough)


METRIC = Metric(
    name="adverse_impact_ratio",
    family="fairness",
    title="Adverse impact ratio",
    formula="lowest selection rate / highest selection rate among groups of at least 30 rows",
    source="four-fifths rule, 29 CFR 1607.4(D)",
    units="ratio",
    lower=0.0,
    upper=1.0,
    interval="Katz, on the logarithm; half a hit added where a group has none (the limit may exceed 1)",
    applies="a prediction with favourable values and a protected attribute with at least two groups",
    blind="whether the groups deserved the same rate; how high the rates are",
    compute=decided.each_attribute("adverse_impact_ratio", ratio),
)
