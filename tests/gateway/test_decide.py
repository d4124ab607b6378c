"""Choosing, scoring and acting, on a decider in this process."""

import json

import msgspec
import pytest
from gateway_world import FEATURES, TOKEN, terms_for
from hypothesis import given
from hypothesis import strategies as st

from logistic import onnx_model, score_of
from remit.gateway.bundle import Loader
from remit.gateway.contract import DecisionRequest
from remit.gateway.decide import Decider, action_for
from remit.gateway.limits import LimitBook
from remit.gateway.runtimes.onnx import OnnxRuntime
from remit.kernel.problems import Broken, Refused
from remit.proof.remit_statement import DecisionRule, Fallback, Limit


class Bench:
    """A decider over what a test publishes, with what it recorded in hand."""

    def __init__(self, world):
        self.world = world
        self.records = []
        self.limits = LimitBook(world.home / "limits.jsonl")
        self.decider = Decider(self.limits, self, "production")

    def record(self, records):
        self.records.extend(records)

    def load(self, *variants):
        loader = Loader(self.world.ring.public_keys, self.world.home / "artifacts")
        self.loaded = loader.prepare(self.world.bundle(*variants))

    def decide(self, *subjects, version="", **changes):
        asked = {
            "features": FEATURES,
            "purpose": "credit_decision",
            "channel": "branch",
            "context": {"state": "MA", "amount": 1000},
        } | changes
        consumer = self.decider.consumer(self.loaded, TOKEN, "mortgage")
        requests = [DecisionRequest(subject=subject, **asked) for subject in subjects or ["APP-1"]]
        return self.decider.decide(self.loaded, consumer, "mortgage", requests, version)


@pytest.fixture
def bench(world):
    return Bench(world)


SUBJECTS = [f"APP-{n}" for n in range(300)]


def test_traffic_splits_by_weight_and_sticks(bench, world):
    bench.load(
        world.variant(weight=50),
        world.variant(name="challenger", weight=30, version="2", shift=1.0),
        world.variant(name="control", weight=20, artifact=None),
    )
    answers = bench.decide(*SUBJECTS)
    again = bench.decide(*SUBJECTS)

    by_variant = {
        name: [a for a in answers if a.variant == name] for name in ("champion", "challenger", "control")
    }
    assert [a.variant for a in answers] == [a.variant for a in again]
    assert 110 < len(by_variant["champion"]) < 190
    assert 55 < len(by_variant["challenger"]) < 125
    assert by_variant["champion"][0].score == pytest.approx(score_of(FEATURES), abs=1e-6)
    assert by_variant["challenger"][0].score == pytest.approx(score_of(FEATURES, 1.0), abs=1e-6)
    assert {(a.score, a.decided_by, a.action) for a in by_variant["control"]} == {
        (None, "fallback: incumbent rule", "approve")
    }
    assert {(r.assigned, r.propensity) for r in bench.records} == {
        ("champion", 0.5),
        ("challenger", 0.3),
        ("control", 0.2),
    }


def test_a_challenger_that_may_not_decide_yields_and_a_champion_refuses(bench, world):
    champion = world.variant(weight=1)
    challenger = world.variant(name="challenger", weight=1, version="2", remit_state="suspended")
    bench.load(champion, challenger)
    answers = bench.decide(*SUBJECTS)
    assert {a.version for a in answers} == {"1"}
    assert {r.assigned for r in bench.records} == {"champion", "challenger"}

    bench.load(
        msgspec.structs.replace(champion, remit_state="revoked"),
        msgspec.structs.replace(challenger, remit_state="in_force"),
    )
    outcomes = set()
    for subject in SUBJECTS[:40]:
        try:
            outcomes.add(bench.decide(subject)[0].version)
        except Refused as refusal:
            outcomes.add(refusal.clause)
    assert outcomes == {"2", "state"}, "the challenger's traffic goes on, the champion's does not move to it"


def test_a_shadow_is_scored_and_never_acts(bench, world):
    bench.load(world.variant(), world.variant(name="shadow", weight=99, version="2", shift=5.0))
    (answer,) = bench.decide("APP-1")
    assert (answer.version, answer.action) == ("1", "approve")
    assert json.loads(bench.records[0].shadow) == {"2": pytest.approx(score_of(FEATURES, 5.0), abs=1e-6)}
    with pytest.raises(Refused) as refusal:
        bench.decide("APP-1", version="2")
    assert refusal.value.clause == "route"


@pytest.mark.parametrize(
    ("mode", "fallback", "expected"),
    [
        ("refer", None, ("refer", "stop condition: drift")),
        ("fallback", None, ("approve", "fallback: incumbent rule")),
        ("fallback", Fallback(kind="refer"), ("refer", "fallback: a person decides")),
        (
            "fallback",
            Fallback(kind="rule", name="r", rule="1 + 1"),
            ("refer", "fallback: r gave no action (2)"),
        ),
    ],
)
def test_a_stop_condition_changes_who_decides(bench, world, mode, fallback, expected):
    terms = terms_for(**({"fallback": fallback} if fallback else {}))
    bench.load(world.variant(terms=terms, mode=mode, mode_reason="drift"))
    (answer,) = bench.decide()
    assert (answer.action, answer.decided_by) == expected
    assert answer.score == pytest.approx(score_of(FEATURES), abs=1e-6)


def test_without_a_fallback_a_stopped_version_refuses_and_uses_no_limit(bench, world):
    daily = Limit(name="a day", kind="count", maximum=1, period="day")
    stopped = world.variant(terms=terms_for(fallback=Fallback(kind="none"), limits=(daily,)), mode="fallback")
    bench.load(stopped)
    for _ in range(3):
        with pytest.raises(Refused) as refusal:
            bench.decide()
        assert refusal.value.clause == "fallback"
    bench.load(msgspec.structs.replace(stopped, mode="normal"))
    assert bench.decide()


@pytest.mark.parametrize(
    ("rule", "action"),
    [
        ("score > 0.2 && features.loan_to_value > 0.6", "refer"),
        ("score > 0.9", "approve"),
        ("features.missing > 1", "refer"),
        ("1 + 1 == 2", "refer"),
    ],
)
def test_a_referral_rule_that_holds_or_breaks_sends_to_a_person(bench, world, rule, action):
    decision_rule = msgspec.structs.replace(terms_for().decision_rule, refer_when=rule)
    bench.load(world.variant(terms=terms_for(decision_rule=decision_rule)))
    assert bench.decide()[0].action == action


@given(score=st.floats(0, 1), low=st.floats(0, 1), high=st.floats(0, 1))
def test_the_band_between_is_a_persons(score, low, high):
    low, high = sorted((low, high))
    action = action_for(DecisionRule(score="p", approve_below=low, decline_from=high), score)
    assert action == ("approve" if score < low else "decline" if score >= high else "refer")


def test_one_bad_row_decides_nothing_and_gives_limits_back(bench, world):
    daily = Limit(name="a day", kind="count", maximum=2, period="day")
    bench.load(world.variant(terms=terms_for(limits=(daily,))))
    with pytest.raises(Refused) as refusal:
        bench.decide("A", "B", "C")
    assert refusal.value.members["row"] == 2
    assert [r.status for r in bench.records] == ["refused"]
    assert len(bench.decide("A", "B")) == 2


def test_nothing_is_answered_that_was_not_recorded(bench, world, monkeypatch):
    daily = Limit(name="a day", kind="count", maximum=1, period="day")
    bench.load(world.variant(terms=terms_for(limits=(daily,))))

    def full(records):
        raise Refused("Nothing is decided that is not recorded.", clause="record")

    monkeypatch.setattr(bench, "record", full)
    with pytest.raises(Refused) as refusal:
        bench.decide()
    assert refusal.value.clause == "record"
    monkeypatch.undo()
    assert bench.decide(), "the limit was given back"


def test_a_model_of_another_shape_is_refused_at_load(world):
    with pytest.raises(Broken, match="takes 3 inputs, the schema declares 2"):
        OnnxRuntime(onnx_model(), world.variant().inputs[:2], world.variant().score)
    with pytest.raises(Broken, match="cannot load"):
        OnnxRuntime(b"not onnx", world.variant().inputs, world.variant().score)


def test_an_artifact_outside_the_store_or_the_remit_is_refused(bench, world, tmp_path):
    variant = world.variant()
    outside = msgspec.structs.replace(variant.artifact, path="../../etc/hostname")
    other = world.artifact(onnx_model(2.0))
    bench.load(msgspec.structs.replace(variant, artifact=outside))
    assert "leaves the artifact store" in bench.loaded.routes["mortgage"].champion.fault.detail
    bench.load(msgspec.structs.replace(variant, artifact=other))
    assert "does not name the artifact" in bench.loaded.routes["mortgage"].champion.fault.detail
