import numpy as np
import polars as pl
import pytest
from scipy import stats
from scipy.spatial.distance import jensenshannon

from remit.measure.contract import Schema
from remit.measure.engine import measure

from ..data import SCHEMA
from .conftest import indexed


def shares(frame, column, levels):
    counts = dict(frame[column].drop_nulls().cast(pl.String).value_counts().iter_rows())
    return np.array([counts.get(level, 0) for level in levels])


@pytest.mark.parametrize("column", ["region", "group", "action"])
def test_categories_agree_with_scipy(rows, reference, current, column):
    levels = sorted(set(reference[column]) | set(current[column]))
    a, b = shares(reference, column, levels), shares(current, column, levels)
    assert rows("js", column).value == pytest.approx(jensenshannon(a, b), abs=1e-9)
    answer = stats.chi2_contingency(np.stack([a, b]), correction=False)
    assert rows("chi_square", column).value == pytest.approx(answer.pvalue, abs=1e-9, rel=1e-9)


def test_a_lattice_column_agrees_with_scipy(reference, current):
    most = int(reference["children"].max())
    a, b = reference["children"].to_numpy(), current["children"].clip(0, most).to_numpy()
    rows = indexed(measure(reference, current.with_columns(children=pl.Series(b)), SCHEMA, metrics=["drift"]))
    assert rows("ks", "children").value == pytest.approx(stats.ks_2samp(a, b).statistic, abs=1e-9)
    expected = stats.wasserstein_distance(a, b) / np.std(a, ddof=1)
    assert rows("wasserstein", "children").value == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("column", ["income", "score"])
def test_a_continuous_column_is_within_its_stated_bound(rows, reference, current, column):
    a, b = reference[column].to_numpy(), current[column].to_numpy()
    row, exact = rows("ks", column), stats.ks_2samp(a, b).statistic
    bound = float(row.reason.split("not over ")[1].split()[0])
    assert row.value <= exact + 1e-12
    assert exact <= bound + 5e-5
    assert row.low <= exact <= row.high
    expected = stats.wasserstein_distance(a, b) / np.std(a, ddof=1)
    assert rows("wasserstein", column).value == pytest.approx(expected, abs=0.01)


def test_wasserstein_keeps_heavy_tails(reference):
    schema = Schema.of({"columns": [{"name": "x"}]})
    rng = np.random.default_rng(5)
    a, b = rng.pareto(2.5, 5000), rng.pareto(2.5, 5000) * 1.4
    row = measure(pl.DataFrame({"x": a}), pl.DataFrame({"x": b}), schema, metrics=["wasserstein"])[0]
    exact = stats.wasserstein_distance(a, b) / np.std(a, ddof=1)
    assert row.value == pytest.approx(exact, rel=1e-9)


def test_psi_is_its_definition_on_the_deciles(rows, reference, current):
    a, b = np.sort(reference["income"].to_numpy()), current["income"].to_numpy()
    cuts = [a[k * 90 - 1] for k in range(1, 10)]
    p = np.bincount(np.searchsorted(cuts, a), minlength=10) / len(a)
    q = np.bincount(np.searchsorted(cuts, b), minlength=10) / len(b)
    assert rows("psi", "income").value == pytest.approx(((q - p) * np.log(q / p)).sum(), abs=1e-12)


def test_psi_interval_covers_at_its_level_and_the_null_is_near_what_is_expected():
    schema = Schema.of({"columns": [{"name": "x"}]})
    rng = np.random.default_rng(11)
    values, covered = [], 0
    truth_p = np.full(10, 0.1)
    cuts = stats.norm.ppf(np.arange(1, 10) / 10)
    q = np.diff(np.concatenate(([0], stats.norm.cdf(cuts - 0.3), [1])))
    truth = ((q - truth_p) * np.log(q / truth_p)).sum()
    for _ in range(120):
        a, b, c = (pl.DataFrame({"x": rng.standard_normal(800) + d}) for d in (0, 0, 0.3))
        values.append(measure(a, b, schema, metrics=["psi"])[0].value)
        moved = measure(a, c, schema, metrics=["psi"])[0]
        covered += moved.low <= truth <= moved.high
    assert np.mean(values) == pytest.approx(9 * 2 / 800, rel=0.25)
    assert covered >= 105


def test_identical_data_have_not_moved(same):
    for metric in ("psi", "js", "ks", "wasserstein"):
        assert same(metric, "income").value == pytest.approx(0, abs=1e-7)
    assert same("chi_square", "region").value == pytest.approx(1)


def test_without_a_reference_drift_is_not_computable(current):
    found = indexed(measure(None, current, SCHEMA, metrics=["drift", "auc"]))
    assert {found(m).status for m in ("psi", "js", "ks", "wasserstein", "chi_square")} == {"not_computable"}
    assert found("auc").status == "measured"


def test_few_rows_are_insufficient(reference, current):
    found = indexed(measure(reference, current.head(40), SCHEMA, metrics=["drift"]))
    assert found("psi", "income").status == "insufficient"
    assert found("psi", "income").value is not None
    assert "100" in found("psi", "income").reason
