"""New category share."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from remit.measure.contract import MetricRow
from remit.measure.metrics.base import Estimate, Metric, NotComputable, Pair, row_of
from remit.measure.metrics.intervals import wilson
from remit.measure.profile import Profile


def share(profile: Profile, column: str) -> Estimate:
    """Divide the values that are no known category by the values."""
    counts = profile.category[column]
    if column in profile.edges.open_levels:
        raise NotComputable("the reference has more categories than are kept, so none can be called new")
    if not counts.n:
        raise NotComputable("there are no values")
    shown = ", ".join(repr(value[:40]) for value in counts.examples[:5])
    reason = f"new: {shown}" if counts.unseen else ""
    return Estimate(counts.unseen / counts.n, *wilson(counts.unseen, counts.n), counts.n, reason)


def compute(pair: Pair) -> Iterator[MetricRow]:
    """Make an estimate for every category column."""
    for column in pair.current.schema.columns:
        if column.name in pair.current.category:
            yield row_of("new_category_share", partial(share, pair.current, column.name), column=column.name)


METRIC = Metric(
    name="new_category_share",
    family="quality",
    title="New category share",
    formula="values outside the schema's categories, or the reference's where it lists none / values",
    source="the schema and the reference",
    units="share",
    lower=0.0,
    upper=1.0,
    interval="Wilson",
    applies="category and boolean columns with at most 1,000 known values",
    blind="known categories used wrongly",
    compute=compute,
)
