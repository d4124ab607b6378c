"""A remit's terms in plain sentences."""

import pytest
from mortgage_world import RULE, TERMS

from remit.web import words


def test_terms_become_sentences():
    said = words.clauses({**TERMS, "decision_rule": RULE})
    assert said["may_decide"] == "Approve, refer or decline a first mortgage"
    assert said["population"] == "Applicants in Massachusetts, by branch or web"
    assert said["within"] == "600 decisions a day; loan amount up to 750,000"
    assert said["person"] == "Every score from 0.28 to 0.45"
    assert said["must_not"] == "afam"
    assert "Adverse impact ratio of afam falls below 0.8, then a person decides" in said["stops"]
    assert said["otherwise"] == "The rule payment to income grid decides"
    assert said["valid"] == "365 days from the day it is issued"


def test_signed_terms_say_from_when_to_when():
    signed = {"valid_from": "2026-01-12T00:00:00+00:00", "valid_until": "2027-01-11T23:59:00+00:00"}
    assert words.clauses(signed) == {"valid": "12 January 2026 to 11 January 2027, 23:59 UTC"}


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ({"approve_below": 0.3, "decline_from": 1.01}, "nothing is declined by the model alone"),
        (
            {"approve_below": 0.3, "decline_from": 0.3, "refer_when": "features.x > 2.0"},
            "wherever features.x",
        ),
    ],
)
def test_the_band_a_person_decides(rule, said):
    assert said in words.clauses({"decision_rule": rule})["person"]


def test_a_browser_is_named():
    webkit = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36"
    assert words.browser(f"Mozilla/5.0 (Windows NT 10.0; Win64) {webkit} Edg/131.0") == "Edge on Windows"
    assert words.browser(f"Mozilla/5.0 (Linux; Android 15) {webkit}") == "Chrome on Android"
    assert words.browser("curl/8.5.0") == "curl/8.5.0"
    assert words.browser("") == "Unknown"


def test_no_band_is_no_sentence():
    assert "person" not in words.clauses({"decision_rule": {"approve_below": 0.3, "decline_from": 0.3}})


def test_changes_stand_side_by_side_and_conditions_are_not_proposed():
    before = {"prohibited_inputs": ["afam"], "conditions": ["Report weekly."]}
    assert words.changes(before, {"prohibited_inputs": ["afam", "single"]}) == [
        ("Must not use", "afam", "afam, single")
    ]
    assert words.changes(None, {"prohibited_inputs": ["afam"]}) == [("Must not use", "Nothing said", "afam")]


def test_metrics_and_lists_are_named():
    assert words.metric("auc") == "Area under the ROC curve"
    assert words.metric("our_own_metric") == "Our own metric"
    row = {"metric": "auc", "column": "", "segment": "afam=yes"}
    assert words.measured(row) == "Area under the ROC curve, afam=yes"
    assert [words.listed(n) for n in ([], ["A"], ["A", "B"], ["A", "B", "C"])] == [
        "", "A", "A and B", "A, B and C",
    ]  # fmt: skip
