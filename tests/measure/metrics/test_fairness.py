import numpy as np
import polars as pl
import pytest
from fairlearn import metrics as fair

from remit.measure.contract import Schema
from remit.measure.engine import measure

from ..data import SCHEMA
from .conftest import indexed


@pytest.mark.parametrize("attribute", ["sex", "group"])
def test_agreement_with_fairlearn(rows, current, attribute):
    good = (~current["bad"].to_numpy()).astype(int)
    hit = (current["action"].to_numpy() == "approve").astype(int)
    who = current[attribute].to_numpy()
    expected = {
        "adverse_impact_ratio": fair.demographic_parity_ratio(good, hit, sensitive_features=who),
        "demographic_parity_difference": fair.demographic_parity_difference(
            good, hit, sensitive_features=who
        ),
        "equal_opportunity_difference": fair.true_positive_rate_difference(good, hit, sensitive_features=who)
        if hasattr(fair, "true_positive_rate_difference")
        else fair.MetricFrame(
            metrics=fair.true_positive_rate, y_true=good, y_pred=hit, sensitive_features=who
        ).difference(),
    }
    for metric, value in expected.items():
        assert rows(metric, attribute).value == pytest.approx(value, abs=1e-9), metric
    for value in np.unique(who):
        row = rows("selection_rate", attribute, f"{attribute}={value}")
        assert row.value == pytest.approx(hit[who == value].mean(), abs=1e-12)
        assert row.low < row.value < row.high


def test_the_reason_names_both_groups(rows):
    assert "against" in rows("adverse_impact_ratio", "group").reason
    assert rows("adverse_impact_ratio", "group").reason.startswith("c ")


def test_one_group_is_not_computable(current):
    found = indexed(measure(None, current.with_columns(sex=pl.lit("f")), SCHEMA, metrics=["fairness"]))
    assert found("adverse_impact_ratio", "sex").status == "not_computable"
    assert found("selection_rate", "sex", "sex=f").status == "measured"


def test_nobody_favoured_is_not_computable_rather_than_fair(current):
    found = indexed(
        measure(None, current.with_columns(action=pl.lit("decline")), SCHEMA, metrics=["fairness"])
    )
    assert found("adverse_impact_ratio", "sex").status == "not_computable"
    assert found("demographic_parity_difference", "sex").value == 0


def test_a_small_group_is_left_out_and_named(current):
    few = current.with_columns(group=pl.when(pl.int_range(pl.len()) < 5).then(pl.lit("z")).otherwise("group"))
    row = indexed(measure(None, few, SCHEMA, metrics=["adverse_impact_ratio"]))(
        "adverse_impact_ratio", "group"
    )
    assert row.status == "measured"
    assert "fewer than 30 rows: z" in row.reason
    row = indexed(measure(None, current.head(40), SCHEMA, metrics=["fairness"]))(
        "adverse_impact_ratio", "sex"
    )
    assert row.status == "insufficient"


def test_a_schema_that_does_not_say_what_is_favourable(current):
    mute = Schema.of(
        {
            "columns": [
                {key: value for key, value in column.items() if key != "favourable"}
                for column in SCHEMA.as_dict()["columns"]
            ]
        }
    )
    found = indexed(measure(None, current, mute, metrics=["fairness", "accuracy"]))
    assert {row.status for row in found.values()} == {"not_computable"}
    assert "favourable" in found("adverse_impact_ratio", "sex").reason
