"""Selection rate."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from remit.measure.contract import MetricRow
from remit.measure.metrics import decided
from remit.measure.metrics.base import Estimate, Metric, NotComputable, Pair, row_of
from remit.measure.metrics.intervals import wilson


def rate(group: decided.Group) -> Estimate:
    """Divide the favourable predictions of a group by its rows."""
    enough = group.n >= decided.LEAST
    reason = "" if enough else f"fewer than {decided.LEAST} rows"
    return Estimate(group.rate, *wilson(group.hits, group.n), group.n, reason, enough)


def compute(pair: Pair) -> Iterator[MetricRow]:
    """Make an estimate for every group of every protected attribute."""
    for column in pair.current.schema.of_role("protected"):
        try:
            found = decided.groups(pair.current, column.name)
        except NotComputable as reason:
            yield MetricRow("selection_rate", column.name, status="not_computable", reason=str(reason))
            continue
        for group in found:
            segment = f"{column.name}={group.value}"
            yield row_of("selection_rate", partial(rate, group), column=column.name, segment=segment)


METRIC = Metric(
    name="selection_rate",
    family="fairness",
    title="Selection rate",
    formula="rows with the favourable prediction / rows, for each group",
    source="Uniform Guidelines on Employee Selection Procedures, 29 CFR 1607.16",
    units="share",
    lower=0.0,
    upper=1.0,
    interval="Wilson",
    applies="a prediction with favourable values and a protected attribute; rows without either are left out",
    blind="whether the groups deserved the same rate",
    compute=compute,
)
