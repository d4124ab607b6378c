from dataclasses import replace

import mortgage_world
import pytest

from remit.governance import actions as governance
from remit.governance import queries
from remit.governance.contract import Control
from remit.governance.rules import controls
from remit.kernel.problems import Invalid

FACTS = {name: {} for name in controls.FACTS} | {"use_case": {"tier": "T1"}, "evidence": {}}
CONTROL = Control(
    id="X-1",
    title="A bias test",
    gates=("G3",),
    severity="high",
    owner_role="model_developer",
    rule="evidence.bias_test.values.ratio >= 0.8",
    says="'Ratio ' + string(evidence.bias_test.values.ratio)",
    remedy="Test again.",
    evidence=("bias_test",),
    fresh_days={"T1": 90},
)


def facts(ratio=0.9, age=1.0):
    return FACTS | {"evidence": {"bias_test": {"age_days": age, "values": {"ratio": ratio}}}}


@pytest.mark.parametrize("control", controls.library(), ids=lambda c: c.id)
def test_every_rule_of_the_library_compiles(control):
    for expression in (control.rule, control.says, control.applies_when):
        controls.ENVIRONMENT.compile(expression)
    for days in control.fresh_days.values():
        assert days > 0


@pytest.mark.parametrize(
    ("given", "excepted", "status", "says"),
    [
        (facts(), {}, "satisfied", "Ratio 0.9."),
        (facts(ratio=0.7), {}, "failing", "Ratio 0.7."),
        (FACTS, {}, "missing", "Needs a bias test on exactly this version; there is none."),
        (facts(age=112.0), {}, "stale", "Needs a bias test younger than 90 days; the last is 112 days old."),
        (facts(ratio=0.7), {"X-1": "Excepted."}, "excepted", "Ratio 0.7. Excepted."),
        (facts(ratio="many"), {}, "not_computable", None),
    ],
)
def test_the_status_is_computed_and_explained(given, excepted, status, says):
    found = controls.evaluate(CONTROL, given, excepted)
    assert found.status == status
    assert says is None or found.says == says
    assert found.passes is (status in {"satisfied", "excepted"})


def test_what_does_not_apply_passes_and_what_cannot_be_told_does_not():
    assert controls.evaluate(replace(CONTROL, applies_when="false"), FACTS, {}).status == "not_applicable"
    broken = replace(CONTROL, applies_when="tier.nothing")
    assert controls.evaluate(broken, FACTS, {}).status == "not_computable"


@pytest.mark.parametrize("control", controls.library(), ids=lambda c: c.id)
def test_no_control_of_the_library_passes_on_nothing(control):
    found = controls.evaluate(replace(control, applies_when="true"), FACTS, {})
    assert found.status == ("missing" if control.evidence else "not_computable")
    assert not found.passes
    excepted = controls.evaluate(replace(control, applies_when="true"), FACTS, {control.id: "Excepted."})
    assert excepted.status == "excepted"


@pytest.mark.parametrize("control", [c for c in controls.library() if c.evidence], ids=lambda c: c.id)
@pytest.mark.parametrize("tier", ["T1", "T2", "T3", "T4"])
def test_evidence_of_the_library_goes_stale_a_day_after_its_time(control, tier):
    def status(age):
        aged = {kind: {"age_days": age, "values": {}} for kind in control.evidence}
        given = FACTS | {
            "use_case": {"tier": tier, "affects_people": True},
            "version": {"artifacts": 1},
            "evidence": aged,
        }
        return controls.evaluate(control, given, {}).status

    days = control.fresh_days[tier]
    assert status(days + 1.0) == "stale"
    # fresh, but it holds no values
    assert status(float(days)) == "not_computable"


def test_a_gate_that_does_not_exist_is_named():
    with pytest.raises(Invalid, match="G9"):
        controls.of_gate("G9", "T1")


@pytest.mark.django_db
def test_a_gate_computes_every_control_from_the_database(world):
    world.until("registered")
    evaluation = governance.evaluate_gate(acting_user=world.people.hannah, version=world.version, gate="G3")
    assert {r["control"] for r in evaluation.results} == {
        c.id for c in controls.of_gate("G3", world.use_case.tier)
    }
    assert {r["status"] for r in evaluation.results} == {"satisfied"}
    assert evaluation.passed


@pytest.mark.django_db
def test_a_control_without_its_evidence_keeps_the_gate_shut(world, monkeypatch):
    without = {kind: made for kind, made in mortgage_world.EVIDENCE.items() if kind != "fairness_report"}
    monkeypatch.setattr(mortgage_world, "EVIDENCE", without)
    world.until("registered")
    evaluation = governance.evaluate_gate(acting_user=world.people.hannah, version=world.version, gate="G3")
    assert {r["control"]: r["status"] for r in evaluation.results if r["status"] != "satisfied"} == {
        "RC-16": "missing",
        "RC-17": "missing",
    }
    assert not evaluation.passed
    assert {f.control for f in queries.open_findings(world.version)} == {"RC-16", "RC-17"}
