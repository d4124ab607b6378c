"""Accuracy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from remit.measure.contract import MetricRow
from remit.measure.metrics import decided, scored
from remit.measure.metrics.base import Estimate, Metric, NotComputable, Pair, row_of
from remit.measure.metrics.intervals import wilson
from remit.measure.profile import Joint, Profile


def share_right(profile: Profile, joint: Joint | None) -> Estimate:
    """Count the predictions that are favourable exactly where the label deserves it."""
    label, deserved = decided.deserving(profile)
    known, prediction, favourable = decided.predicted(replace(profile, joint=joint))
    known = known.where(known.known(label))
    n = int(known.n.sum())
    if not n:
        raise NotComputable("no row has both a prediction and a label")
    right = known.among(prediction, favourable) == known.among(label, deserved)
    hits = int(known.n[right].sum())
    enough = n >= decided.LEAST
    reason = "" if enough else f"fewer than {decided.LEAST} rows"
    return Estimate(hits / n, *wilson(hits, n), n, reason, enough)


def compute(pair: Pair) -> Iterator[MetricRow]:
    """Make an estimate for all rows and for every segment."""
    for segment, joint in scored.parts(pair.current):
        yield row_of("accuracy", partial(share_right, pair.current, joint), segment=segment)


METRIC = Metric(
    name="accuracy",
    family="performance",
    title="Accuracy",
    formula="share of rows where the prediction is favourable exactly if the label deserves it",
    source="common usage",
    units="share",
    lower=0.0,
    upper=1.0,
    interval="Wilson",
    applies="a prediction and a label, both with favourable values; any other prediction is unfavourable",
    blind="which error costs more; with a rare class it is high for a useless model",
    compute=compute,
)
