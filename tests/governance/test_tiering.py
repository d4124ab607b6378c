import pytest
from hypothesis import given
from hypothesis import strategies as st

from remit.governance.rules import tiering
from remit.kernel.problems import Invalid

IDS = [question["id"] for question in tiering.questions()]
ANSWERS = st.fixed_dictionaries({name: st.integers(0, 4) for name in IDS})
USE_CASE = {"kind": "ml"}


@given(ANSWERS, ANSWERS, st.sampled_from(["ml", "llm", "agent"]))
def test_worse_answers_together_never_lower_the_tier(answers, others, kind):
    worse = {name: max(answers[name], others[name]) for name in IDS}
    found = [tiering.compute(given, {"kind": kind}).tier for given in (worse, answers)]
    assert found[0] <= found[1]


@given(ANSWERS, st.sampled_from(IDS))
def test_a_worse_answer_never_lowers_the_tier(answers, name):
    worse = {**answers, name: min(answers[name] + 1, 4)}
    assert tiering.compute(worse, USE_CASE).tier <= tiering.compute(answers, USE_CASE).tier


@given(ANSWERS, st.sampled_from(IDS))
def test_a_missing_answer_scores_highest_and_is_provisional(answers, name):
    missing = tiering.compute({k: v for k, v in answers.items() if k != name}, USE_CASE)
    assert missing.provisional
    assert missing.tier == tiering.compute({**answers, name: 4}, USE_CASE).tier


def test_axes_are_the_weighted_shares_of_the_scheme():
    answers = dict.fromkeys(IDS, 0) | {"impact_people": 2}
    found = tiering.compute(answers, USE_CASE)
    weights = {q["id"]: q["weight"] for q in tiering.questions() if q["axis"] == "materiality"}
    assert found.axes["materiality"] == pytest.approx(
        2 * weights["impact_people"] / (4 * sum(weights.values()))
    )
    assert found.tier == "T4"


def test_deciding_about_people_without_a_person_is_tier_one():
    found = tiering.compute(dict.fromkeys(IDS, 0) | {"impact_people": 3, "use_autonomy": 3}, USE_CASE)
    assert found.tier == "T1"
    assert any("without a person" in reason for reason in found.reasons)


@pytest.mark.parametrize("answers", [{"weather": 1}, {"impact_people": 5}, {"impact_people": True}])
def test_a_wrong_answer_is_named(answers):
    with pytest.raises(Invalid) as refused:
        tiering.compute(answers, USE_CASE)
    assert set(refused.value.fields) == set(answers)
