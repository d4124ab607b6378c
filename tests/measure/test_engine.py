"""Odd data give a value or a reason: never a crash, never NaN, never a silent pass."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remit.kernel.problems import Invalid
from remit.measure.contract import Schema
from remit.measure.engine import measure, profiles, rows_of
from remit.measure.metrics import registry

from .data import SCHEMA, applicants

REFERENCE = applicants(300, 1)
ODD = {
    "nothing": REFERENCE.head(0),
    "one row": REFERENCE.head(1),
    "all null": REFERENCE.with_columns(pl.lit(None).alias(name) for name in REFERENCE.columns),
    "typed null": REFERENCE.with_columns(
        pl.lit(None).cast(REFERENCE[n].dtype).alias(n) for n in REFERENCE.columns
    ),
    "NaN": REFERENCE.with_columns(income=pl.lit(float("nan")), score=pl.lit(float("nan"))),
    "infinite": REFERENCE.with_columns(income=pl.lit(float("-inf"))),
    "huge": REFERENCE.with_columns(income=pl.lit(1e308), children=pl.lit(2**53 + 1)),
    "constant": REFERENCE.with_columns(income=pl.lit(7.0), region=pl.lit("north"), score=pl.lit(0.5)),
    "unseen": REFERENCE.with_columns(region=pl.lit("moon"), group=pl.lit("z"), action=pl.lit("wait")),
    "text numbers": REFERENCE.with_columns(region=pl.int_range(pl.len())),
    "decimals": REFERENCE.with_columns(income=pl.col("income").cast(pl.Decimal(20, 2))),
    "categorical": REFERENCE.with_columns(pl.col("region", "group").cast(pl.Categorical)),
    "every value its own": REFERENCE.with_columns(region=pl.col("id")),
}


@pytest.mark.parametrize("before", ODD)
@pytest.mark.parametrize("now", ODD)
def test_odd_data(before, now):
    rows = measure(ODD[before], ODD[now], SCHEMA, segments=["region"])
    assert {row.metric for row in rows} >= set(registry()) - {"selection_rate"}
    for row in rows:
        assert (row.value is None) == (row.status == "not_computable")
        assert row.value is not None or row.reason
    if before == now and before in {"decimals", "categorical", "constant"}:
        assert not [row for row in rows if row.metric in {"psi", "js", "ks"} and abs(row.value or 0) > 1e-6]


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_every_value_lies_within_its_metrics_bounds(data):
    n = data.draw(st.integers(1, 60))
    seeds = data.draw(st.tuples(st.integers(0, 99), st.integers(0, 99)))
    for row in measure(applicants(n, seeds[0]), applicants(n, seeds[1], shift=0.5), SCHEMA):
        metric = registry()[row.metric]
        if row.value is not None:
            assert metric.lower is None or row.value >= metric.lower - 1e-12
            assert metric.upper is None or row.value <= metric.upper + 1e-12
            assert row.low is None or row.low <= row.value + 1e-12
            assert row.high is None or row.value <= row.high + 1e-12


def test_a_profile_stands_for_either_side():
    current = applicants(200, 2)
    before, now = profiles(REFERENCE, current, SCHEMA)
    whole = measure(REFERENCE, current, SCHEMA, window="w")
    for sides in ((before, current), (REFERENCE, now), (before, now)):
        kept = [row for row in measure(*sides, window="w") if row.metric != "log_loss"]
        for mine, theirs in zip(kept, [r for r in whole if r.metric != "log_loss"], strict=True):
            assert mine.value == pytest.approx(theirs.value)
            assert (mine.metric, mine.column, mine.segment) == (theirs.metric, theirs.column, theirs.segment)


def test_windows_add_up():
    before, first = profiles(REFERENCE, applicants(200, 2), SCHEMA)
    _, second = profiles(before, applicants(300, 3))
    together = rows_of(before, first + second)
    at_once = measure(before, pl.concat([applicants(200, 2), applicants(300, 3)]))
    assert [row.value for row in together] == pytest.approx([row.value for row in at_once])


def test_wrong_calls_say_what_to_do():
    before, _ = profiles(REFERENCE, REFERENCE, SCHEMA)
    with pytest.raises(Invalid, match="no metric 'psy'"):
        measure(REFERENCE, REFERENCE, SCHEMA, metrics=["psy"])
    with pytest.raises(Invalid, match="no schema"):
        measure(REFERENCE, REFERENCE)
    with pytest.raises(Invalid, match="another schema"):
        measure(before, REFERENCE, Schema.of({"columns": [{"name": "income"}]}))
    with pytest.raises(Invalid, match="without the segment region"):
        measure(before, REFERENCE, segments=["region"])
    with pytest.raises(Invalid, match="cannot be a segment"):
        measure(REFERENCE, REFERENCE, SCHEMA, segments=["income"])


def test_every_metric_states_what_it_is():
    for metric in registry().values():
        for stated in ("title", "formula", "source", "units", "interval", "applies", "blind"):
            assert getattr(metric, stated), (metric.name, stated)
