import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from remit.kernel.problems import Invalid
from remit.value import rules

AMOUNTS = st.lists(st.floats(-5000, 5000), min_size=rules.LEAST, max_size=80)
PAYOFFS = [
    {"action": action, "outcome": outcome, "amount": 10 * place, "why": "Because"}
    for place, (action, outcome) in enumerate(
        (a, o) for a in ("approve", "refer", "decline") for o in ("approved", "denied")
    )
]


@given(AMOUNTS, AMOUNTS)
def test_the_difference_is_welchs(treated, control):
    found = rules.difference(treated, control)
    assert found.status == "measured"
    assert found.value == pytest.approx(sum(treated) / len(treated) - sum(control) / len(control), abs=1e-6)
    assert found.low <= found.value <= found.high
    spread = stats.tvar(treated) + stats.tvar(control)
    if spread > 1e-6:
        peer = stats.ttest_ind(treated, control, equal_var=False).confidence_interval(0.95)
        assert (found.low, found.high) == pytest.approx((peer.low, peer.high), rel=1e-6, abs=1e-6)


@given(st.lists(st.floats(0, 1), max_size=rules.LEAST - 1), AMOUNTS)
def test_too_few_outcomes_state_no_difference(few, enough):
    found = rules.difference(few, enough)
    assert (found.status, found.value, found.low) == ("insufficient", None, None)


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=50), st.floats(0, 1))
def test_a_percentile_lies_between_the_extremes(values, share):
    found = rules.percentile(values, share)
    assert min(values) - 1e-9 <= found <= max(values) + 1e-9


def test_the_percentile_of_nothing_is_nothing():
    assert rules.percentile([], 0.5) is None


def test_worth_follows_the_table_and_skips_what_is_not_known():
    table = rules.checked_payoffs(PAYOFFS)
    rows = [
        {"action": "approve", "label": "denied"},
        {"action": "refer", "label": "approved"},
        {"action": "approve", "label": None},
        {"action": "", "label": "denied"},
    ]
    assert rules.worth(table, rows) == [10.0, 20.0]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda rows: rows[:-1], "Missing: decline, denied"),
        (lambda rows: [*rows, rows[0]], "Twice: approve, approved"),
        (lambda rows: [{**rows[0], "amount": math.inf}, *rows[1:]], "Not an amount"),
        (lambda rows: [{**rows[0], "why": ""}, *rows[1:]], "Incomplete"),
        (lambda _: [], "not complete"),
    ],
)
def test_payoffs_are_complete_or_refused(change, says):
    with pytest.raises(Invalid) as refused:
        rules.checked_payoffs(change(PAYOFFS))
    assert says in refused.value.fields["payoffs"] + refused.value.detail
