import pytest

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
    elsewhere = Control(**{**{f: getattr(CONTROL, f) for f in CONTROL.__slots__}, "applies_when": "false"})
    assert controls.evaluate(elsewhere, FACTS, {}).status == "not_applicable"
    broken = Control(
        **{**{f: getattr(CONTROL, f) for f in CONTROL.__slots__}, "applies_when": "tier.nothing"}
    )
    assert controls.evaluate(broken, FACTS, {}).status == "not_computable"


def test_a_gate_that_does_not_exist_is_named():
    with pytest.raises(Invalid, match="G9"):
        controls.of_gate("G9", "T1")
