import numpy as np
import polars as pl
import pytest
from sklearn import metrics as sk
from sklearn.calibration import calibration_curve

from remit.measure.contract import Schema
from remit.measure.engine import measure

from ..data import SCHEMA
from .conftest import indexed

SEGMENTS = ["", "sex=f", "group=c", "region=north"]


def part(frame, segment):
    column, _, value = segment.partition("=")
    return frame.filter(pl.col(column) == value) if segment else frame


@pytest.mark.parametrize("segment", SEGMENTS)
def test_agreement_with_scikit_learn(rows, current, segment):
    frame = part(current, segment)
    y, s = frame["bad"].to_numpy().astype(int), frame["score"].to_numpy()
    right = (frame["action"].to_numpy() == "approve") == (y == 0)
    assert rows("brier", segment=segment).value == pytest.approx(sk.brier_score_loss(y, s), abs=1e-9)
    assert rows("log_loss", segment=segment).value == pytest.approx(sk.log_loss(y, s), abs=1e-9)
    assert rows("accuracy", segment=segment).value == pytest.approx(right.mean(), abs=1e-12)
    auc = rows("auc", segment=segment)
    bound = float(auc.reason.split()[1])
    assert abs(auc.value - sk.roc_auc_score(y, s)) <= bound * 1.01 < 0.01
    assert auc.n == len(y)


def test_auc_is_exact_when_the_reference_has_few_scores(same, current):
    frame = current.head(900)
    exact = sk.roc_auc_score(frame["bad"].to_numpy(), frame["score"].to_numpy())
    assert same("auc").value == pytest.approx(exact, abs=1e-9)


def test_auc_interval_is_delong(same, current):
    frame = current.head(900)
    y, s = frame["bad"].to_numpy(), frame["score"].to_numpy()
    p, n = s[y], s[~y]
    order = (p[:, None] > n[None, :]) + 0.5 * (p[:, None] == n[None, :])
    variance = order.mean(1).var(ddof=1) / len(p) + order.mean(0).var(ddof=1) / len(n)
    assert same("auc").high - same("auc").value == pytest.approx(1.959964 * np.sqrt(variance), rel=1e-3)


def test_calibration_error_is_that_of_ten_equal_bins(rows, current):
    y, s = current["bad"].to_numpy().astype(int), current["score"].to_numpy()
    observed, predicted = calibration_curve(y, s, n_bins=10)
    place = np.searchsorted(np.arange(1, 10) / 10, s)
    weight = np.bincount(place, minlength=10)
    weight = weight[weight > 0] / len(s)
    assert rows("ece").value == pytest.approx((weight * np.abs(observed - predicted)).sum(), abs=1e-9)


def test_calibration_in_the_large(rows, current):
    y, s = current["bad"].to_numpy().astype(float), current["score"].to_numpy()
    row = rows("calibration_in_the_large")
    assert row.value == pytest.approx((y - s).mean(), abs=1e-12)
    assert row.high - row.value == pytest.approx(1.959964 * (y - s).std() / np.sqrt(len(y)), rel=1e-6)
    assert rows("observed_expected").value == pytest.approx(y.sum() / s.sum(), abs=1e-12)


def test_one_class_has_no_auc(current):
    found = indexed(measure(None, current.with_columns(bad=pl.lit(value=False)), SCHEMA))
    assert found("auc").status == "not_computable"
    assert "same" in found("auc").reason
    assert found("brier").status == "insufficient"


def test_labels_that_have_not_arrived_are_left_out(current):
    half = current.with_columns(bad=pl.when(pl.int_range(pl.len()) < 500).then("bad"))
    found = indexed(measure(None, half, SCHEMA, metrics=["performance"]))
    seen = current.head(500)
    assert found("brier").n == 500
    expected = sk.brier_score_loss(seen["bad"].to_numpy(), seen["score"].to_numpy())
    assert found("brier").value == pytest.approx(expected, abs=1e-9)
    none = indexed(measure(None, current.with_columns(bad=pl.lit(None)), SCHEMA, metrics=["performance"]))
    assert {row.status for row in none.values()} == {"not_computable"}


def test_a_score_that_is_no_probability_ranks_but_does_not_calibrate(current):
    points = current.with_columns(score=pl.col("score") * 1000)
    found = indexed(measure(points, points, SCHEMA))
    assert found("auc").status == "measured"
    assert found("brier").status == "not_computable"
    assert "probability" in found("brier").reason


def test_string_labels_and_numeric_predictions():
    schema = Schema.of(
        {
            "columns": [
                {"name": "s", "role": "score"},
                {"name": "p", "role": "prediction", "kind": "category", "favourable": [0]},
                {"name": "y", "role": "label", "kind": "category", "positive": "bad", "favourable": ["good"]},
            ]
        }
    )
    rng = np.random.default_rng(2)
    s = rng.random(400)
    y = np.where(rng.random(400) < s, "bad", "good")
    frame = pl.DataFrame({"s": s, "p": (s > 0.5).astype(float), "y": y})
    found = indexed(measure(frame, frame, schema))
    assert found("auc").value == pytest.approx(sk.roc_auc_score(y == "bad", s), abs=1e-9)
    assert found("accuracy").value == pytest.approx(((s <= 0.5) == (y == "good")).mean(), abs=1e-12)
