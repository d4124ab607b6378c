"""Out-of-range share."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from remit.measure.contract import MetricRow
from remit.measure.metrics.base import Estimate, Metric, NotComputable, Pair, row_of
from remit.measure.metrics.intervals import wilson
from remit.measure.profile import Profile


def share(profile: Profile, column: str) -> Estimate:
    """Divide the values beyond the schema's bounds, and the infinite ones, by the values."""
    counts = profile.numeric[column]
    n = counts.n + counts.infinite
    if not n:
        raise NotComputable("there are no values")
    outside = counts.infinite if counts.outside is None else counts.outside
    return Estimate(outside / n, *wilson(outside, n), n)


def compute(pair: Pair) -> Iterator[MetricRow]:
    """Make an estimate for every numeric column that has bounds, or infinite values."""
    for column in pair.current.schema.columns:
        counts = pair.current.numeric.get(column.name)
        if counts is not None and (counts.outside is not None or counts.infinite):
            yield row_of("out_of_range_share", partial(share, pair.current, column.name), column=column.name)


METRIC = Metric(
    name="out_of_range_share",
    family="quality",
    title="Out-of-range share",
    formula="values under the minimum, over the maximum, or infinite / values that are not missing",
    source="the schema's bounds",
    units="share",
    lower=0.0,
    upper=1.0,
    interval="Wilson",
    applies="numeric columns with a minimum or maximum in the schema; others only when they hold infinities",
    blind="wrong values within the bounds",
    compute=compute,
)
