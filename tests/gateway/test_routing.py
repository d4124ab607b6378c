"""The draw is uniform, sticky and recomputable; shares follow the weights."""

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from remit.gateway import routing


@dataclass
class Share:
    name: str
    weight: float


def test_draws_are_uniform_and_differ_by_salt():
    draws = [routing.draw("salt", f"APP-{n}") for n in range(20_000)]
    assert stats.kstest(draws, "uniform").pvalue > 0.001
    assert draws[7] == routing.draw("salt", "APP-7") != routing.draw("other", "APP-7")
    assert all(0 <= d < 1 for d in draws)


@given(weights=st.lists(st.integers(0, 5), min_size=1, max_size=4), at=st.floats(0, 1, exclude_max=True))
def test_a_variant_gets_exactly_its_share_of_the_line(weights, at):
    shares = [Share(str(n), weight) for n, weight in enumerate(weights)]
    found = routing.assign(shares, at)
    total = sum(weights)
    if total == 0:
        assert found is None
        return
    cumulative, expected = 0, None
    for share in shares:
        cumulative += share.weight
        if expected is None and at * total < cumulative:
            expected = share
    assert found == (expected, expected.weight / total)
