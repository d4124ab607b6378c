"""Explanations against the closed form of a logistic model."""

import pytest
from gateway_world import FIELDS

from logistic import WEIGHTS, onnx_model, score_of
from remit.gateway import explain
from remit.gateway.contract import Field, ScoreOutput
from remit.gateway.runtimes.onnx import OnnxRuntime

APPLICANT = {"payments": 0.6, "loan_to_value": 0.9, "public_record": True}


@pytest.fixture(scope="module")
def runtime():
    return OnnxRuntime(onnx_model(), FIELDS, ScoreOutput())


def test_contributions_are_exact_for_an_additive_model(runtime):
    typical = {f.name: f.typical for f in FIELDS}
    found = {r.feature: r.contribution for r in explain.contributions(runtime, FIELDS, APPLICANT)}
    for name, weight in WEIGHTS.items():
        expected = weight * (float(APPLICANT[name]) - float(typical[name]))
        assert found[name] == pytest.approx(expected, abs=1e-4)
    assert list(found) == sorted(found, key=lambda name: -found[name])


def test_each_change_alone_is_enough_and_no_smaller_step_is(runtime):
    changes = explain.what_would_change(runtime, FIELDS, APPLICANT, below=0.85)
    assert changes
    for change in changes:
        assert score_of(APPLICANT | change.changes) == pytest.approx(change.score, abs=1e-5)
        assert change.score < 0.85
        if "payments" in change.changes:
            step = (APPLICANT["payments"] - 0.33) / 20
            assert score_of(APPLICANT | {"payments": change.changes["payments"] + step}) >= 0.85


def test_a_whole_number_moves_in_whole_steps():
    asked = []

    class Grades:
        def score(self, rows):
            asked.extend(row["grade"] for row in rows)
            return [row["grade"] / 10 for row in rows]

    fields = [Field(name="grade", kind="numeric", minimum=1, maximum=6, typical=1)]
    (change,) = explain.what_would_change(Grades(), fields, {"grade": 6}, below=0.45)
    assert change.changes == {"grade": 4}
    assert all(float(grade).is_integer() for grade in asked)


def test_changes_are_combined_where_one_is_not_enough(runtime):
    (change,) = explain.what_would_change(runtime, FIELDS, APPLICANT, below=0.28)
    assert len(change.changes) > 1
    assert change.score < 0.28
    assert explain.what_would_change(runtime, FIELDS, APPLICANT, below=0.0001) == ()
    assert explain.what_would_change(runtime, FIELDS, APPLICANT, below=1.0) == ()


def test_replay_tells_the_same_score_from_another(runtime):
    score = runtime.score([APPLICANT])[0]
    assert explain.replay(runtime, APPLICANT, score).same
    other = explain.replay(runtime, APPLICANT, score + 2e-6)
    assert not other.same
    assert "recorded" in other.detail
