import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from remit.measure.metrics import intervals


@given(st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_is_scipys(pair):
    hits, n = pair
    expected = stats.binomtest(hits, n).proportion_ci(method="wilson")
    assert intervals.wilson(hits, n) == pytest.approx((expected.low, expected.high), abs=1e-9)


@given(st.floats(0, 2000), st.integers(1, 400))
def test_chi_square_tail_is_scipys(x, degrees):
    assert intervals.chi_square_tail(x, degrees) == pytest.approx(
        stats.chi2.sf(x, degrees), abs=1e-10, rel=1e-7
    )


def test_newcombe_is_the_published_example():
    # Newcombe (1998), table II, 56/70 against 48/80, method 10
    assert intervals.newcombe(56, 70, 48, 80) == pytest.approx((0.0524, 0.3339), abs=5e-5)


def test_katz_is_scipys_relative_risk():
    expected = stats.contingency.relative_risk(30, 100, 45, 110).confidence_interval(0.95)
    assert intervals.katz(30, 100, 45, 110) == pytest.approx((expected.low, expected.high))
    low, high = intervals.katz(0, 50, 10, 60)
    assert low == 0
    assert 0 < high < 2
