"""The sentences and pictures of a decision, apart from any gateway."""

import re
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remit.web.decisions import scale, words

RULE = {"approve_below": 0.28, "decline_from": 0.45}


def reason(label, value, contribution):
    return SimpleNamespace(label=label, value=value, contribution=contribution)


def row(**changes):
    return {
        "status": "decided",
        "action": "decline",
        "decided_by": "score",
        "score": 0.612,
        "variant": "champion",
        "draw": 0.5,
    } | changes


def test_the_answer_names_at_most_two_inputs_and_none_that_spoke_against():
    reasons = [
        reason("Public record", True, 1.3),
        reason("Payments to income", 0.47, 0.8),
        reason("Loan to value", 0.93, 0.4),
        reason("Self-employed", False, -0.1),
    ]
    bold = words.answer(row(), {"decision_rule": RULE}, reasons, [])["bold"]
    assert bold.startswith("Public record and payments to income of 0.47 put the score at 0.612,")


def test_a_score_without_heavy_inputs_is_still_a_sentence():
    bold = words.answer(row(), {"decision_rule": RULE}, [reason("A", 1, 0.01)], [])["bold"]
    assert bold == "The score is 0.612, above the decline limit of 0.45."
    exact = words.answer(row(score=0.45), {"decision_rule": RULE}, [], [])["bold"]
    assert exact == "The score is 0.450, at the decline limit of 0.45."


def test_a_rule_that_declines_nothing_is_worded_so():
    rule = {"approve_below": 0.28, "decline_from": 1.1}
    bold = words.answer(row(action="refer"), {"decision_rule": rule}, [], [])["bold"]
    assert bold == "The score is 0.612, from 0.28 up, where a person decides."


def test_each_change_says_where_it_would_have_led():
    same = [("no public record", 0.2, "approve"), ("LTV at 0.7", 0.1, "approve")]
    rest = words.answer(row(), {"decision_rule": RULE}, [], same)["rest"]
    assert rest.endswith(" With no public record, or with LTV at 0.7, it would have been approved.")
    changes = [("no public record", 0.2, "approve"), ("LTV at 0.8", 0.4, "refer"), ("x", 0.1, "approve")]
    rest = words.answer(row(), {"decision_rule": RULE}, [], changes)["rest"]
    assert rest.endswith(
        " With no public record, it would have been approved; with LTV at 0.8, it would have gone to a "
        "person."
    )


def test_a_refusal_of_the_population_is_said_without_its_rule():
    refused = row(status="refused", clause="population", remit="RM-1", detail="Outside (x): context.a == 1.")
    terms = {"population": {"description": "Massachusetts.", "rule": "context.a == 1"}}
    assert words.refusal(refused, terms) == "Outside the population of remit RM-1: Massachusetts."
    assert words.refusal(refused, {}) == refused["detail"]
    assert words.term("population", terms)[1] == "Massachusetts. (context.a == 1)"


def test_changes_read_as_people_say_them():
    labels = {"phist": "Public record", "pirat": "Payments to income", "x": "LTV"}
    changes = {"phist": False, "pirat": 0.36, "x": 0.8}
    assert words.change(changes, labels) == "no public record, payments to income at 0.36 and LTV at 0.8"


@pytest.mark.parametrize("clause", sorted(words.CLAUSES))
def test_every_clause_says_what_to_do(clause):
    refused = row(status="refused", action="", clause=clause, detail="No.", score=None, decided_by="")
    assert words.answer(refused, {}, [], [])["rest"].endswith(".")
    assert words.term(clause, {}) in {("", ""), (words.term(clause, {})[0], "")}


def test_every_recorded_clause_of_the_gateway_has_words():
    from remit.gateway.contract import CLAUSE_STATUS

    # these three are refused before there is a row to read, and without a recorder there is none either
    unrecorded = {"bundle", "authentication", "consumer", "route", "record"}
    assert set(words.CLAUSES) == set(CLAUSE_STATUS) - unrecorded


@given(
    score=st.floats(0, 1),
    low=st.floats(0, 1.5),
    width=st.floats(0, 1.5),
)
def test_the_scale_stays_within_its_picture(score, low, width):
    drawn = scale.scale(score, {"approve_below": low, "decline_from": low + width})
    assert all(0 <= float(x) <= 100 for x in re.findall(r'(?:x|width)="([-\d.]+)%"', drawn))
    bands = [float(w) for w in re.findall(r'y="32" width="([\d.]+)%"', drawn)]
    assert sum(bands) == pytest.approx(100, abs=0.3)
    assert "style" not in drawn


@given(contribution=st.floats(-5, 5), most=st.floats(0, 5))
def test_a_contribution_starts_in_the_middle(contribution, most):
    drawn = scale.waterfall(contribution, most)
    start, width = map(
        float, re.search(r'class="(?:up|dn)" x="([\d.]+)%" y="2" width="([\d.]+)%"', drawn).groups()
    )
    assert 0 <= start <= 50
    assert start + width <= 100.2
    assert (start == 50) == (contribution > 0 or width == 0)
