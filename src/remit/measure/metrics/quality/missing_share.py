"""Missing share."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from remit.measure.contract import MetricRow
from remit.measure.metrics.base import Estimate, Metric, NotComputable, Pair, row_of
from remit.measure.metrics.intervals import wilson
from remit.measure.profile import Profile


def share(profile: Profile, column: str) -> Estimate:
    """Divide the missing values by the rows."""
    if not profile.rows:
        raise NotComputable("there are no rows")
    counts = profile.numeric.get(column) or profile.category[column]
    return Estimate(counts.nulls / profile.rows, *wilson(counts.nulls, profile.rows), profile.rows)


def compute(pair: Pair) -> Iterator[MetricRow]:
    """Make an estimate for every counted column."""
    for column in pair.current.schema.columns:
        if column.counted:
            yield row_of("missing_share", partial(share, pair.current, column.name), column=column.name)


METRIC = Metric(
    name="missing_share",
    family="quality",
    title="Missing share",
    formula="rows without a value / rows; NaN is missing, infinity is not",
    source="common usage",
    units="share",
    lower=0.0,
    upper=1.0,
    interval="Wilson",
    applies="every counted column",
    blind="values that stand for missing, such as -99 or 'unknown'",
    compute=compute,
)
