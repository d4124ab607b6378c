"""Real runs of the real processes."""

import json
from pathlib import Path

import pytest

from remit.kernel.problems import Conflict
from remit.lifecycle import bpmn, engine

FOLDER = Path(bpmn.__file__).parent / "definitions"
GOOD = "approve"


def definition(name):
    return engine.load((FOLDER / f"{name}.bpmn").read_bytes())


def start(tier, *, confirmed=True, people=True):
    way = definition(f"idea-to-business-{tier.lower()}")
    return engine.Run.start(way, {"tier": tier, "tier_confirmed": confirmed, "affects_people": people})


def waiting(run):
    return {element.id for element in run.ready()}


def stored(run):
    """The run after a trip through the database, which does not keep the order of keys."""

    def reordered(value):
        if isinstance(value, dict):
            return {key: reordered(value[key]) for key in sorted(value, key=lambda key: (len(key), key))}
        return [reordered(item) for item in value] if isinstance(value, list) else value

    return engine.Run.restore(run.definition, reordered(json.loads(json.dumps(run.state()))))


def do(run, *steps):
    for element, result in steps:
        run = stored(run)
        run.complete(element, result if isinstance(result, dict) else {"outcome": result})
    return run


TO_REVIEWS = (("submit", "submit"), ("checks", {"passed": True}))
TO_GATE = (("validate", GOOD), ("fair", GOOD), ("accept", GOOD))


def test_tier_1_from_idea_to_business():
    run = start("T1", confirmed=False)
    assert waiting(run) == {"confirm_tier"}
    run = do(run, ("confirm_tier", "confirm"), *TO_REVIEWS)
    assert waiting(run) == {"validate", "fair"}
    run = do(run, *TO_GATE)
    assert waiting(run) == {"gate"}
    run = do(run, ("gate", {"passed": True}), ("sign", GOOD), ("issue", {"passed": True}))
    assert waiting(run) == {"deploy"}
    run = do(run, ("deploy", "deployed"))
    assert (run.ended, run.end) == (True, "live")
    assert run.definition.ends[run.end] == "in_business"


@pytest.mark.parametrize(
    ("tier", "steps"),
    [
        ("T3", ["submit", "checks", "validate", "accept", "gate", "sign", "issue", "deploy"]),
        ("T4", ["submit", "checks", "accept", "gate", "issue", "deploy"]),
    ],
)
def test_lower_tiers_take_shorter_ways(tier, steps):
    run = start(tier)
    taken = []
    while not run.ended:
        (element,) = run.ready()
        taken.append(element.id)
        run = do(run, (element.id, {"outcome": GOOD, "passed": True}))
    assert (taken, run.end) == (steps, "live")


def test_fair_lending_is_asked_where_people_are_affected():
    assert waiting(do(start("T2"), *TO_REVIEWS)) == {"validate", "fair"}
    assert waiting(do(start("T2", people=False), *TO_REVIEWS)) == {"validate"}
    assert waiting(do(start("T1", people=False), *TO_REVIEWS)) == {"validate", "fair"}
    assert waiting(do(start("T2", people=False), *TO_REVIEWS, ("validate", GOOD))) == {"accept"}


@pytest.mark.parametrize("order", [("validate", "fair"), ("fair", "validate")])
def test_both_reviews_are_awaited_in_every_round(order):
    """SpiffWorkflow's own joins let the second round through after one of two reviews."""
    run = start("T1")
    for last in ("return", "return", GOOD):
        run = do(run, *TO_REVIEWS, (order[0], GOOD))
        assert waiting(run) == {order[1]}
        run = do(run, (order[1], last))
        assert waiting(run) == ({"accept"} if last == GOOD else {"submit"})


def test_an_earlier_round_answers_nothing_in_a_later_one():
    run = do(start("T1"), *TO_REVIEWS, *TO_GATE, ("gate", {"passed": False}))
    assert waiting(run) == {"submit"}
    run = do(run, ("submit", "submit"))
    assert set(run.facts()) == {"subject", "submit"}
    run = do(run, ("checks", {"passed": False}))
    assert waiting(run) == {"submit"}


def test_what_the_owner_or_the_approver_returns_goes_back():
    run = do(start("T1"), *TO_REVIEWS, ("validate", GOOD), ("fair", GOOD), ("accept", "return"))
    assert waiting(do(run, ("gate", {"passed": True}))) == {"submit"}
    run = do(start("T1"), *TO_REVIEWS, *TO_GATE, ("gate", {"passed": True}), ("sign", "return"))
    assert waiting(run) == {"accept"}


@pytest.mark.parametrize(("review", "end"), [("validate", "not_fit"), ("fair", "not_fit")])
def test_a_rejection_ends_the_way(review, end):
    other = "fair" if review == "validate" else "validate"
    run = do(start("T1"), *TO_REVIEWS, (other, GOOD), (review, "reject"))
    assert (run.ended, run.end, run.definition.ends[run.end]) == (True, end, "archived")


def test_the_approver_may_refuse():
    run = do(start("T1"), *TO_REVIEWS, *TO_GATE, ("gate", {"passed": True}), ("sign", "reject"))
    assert (run.ended, run.end) == (True, "refused")


@pytest.mark.parametrize("result", [{}, {"passed": None}, {"passed": "yes"}, {"outcome": "passed"}])
def test_a_check_without_an_answer_does_not_pass(result):
    run = do(start("T1"), ("submit", "submit"))
    try:
        run.complete("checks", result)
    except Conflict:
        return
    assert waiting(run) == {"submit"}


def test_a_result_that_a_condition_cannot_read_stops_the_process():
    run = do(start("T1"), ("submit", "submit"))
    with pytest.raises(Conflict, match=r"checks.passed == true cannot be evaluated: .* no passed"):
        run.complete("checks", {"note": "nobody looked"})


def test_only_what_waits_can_be_completed():
    run = start("T1")
    with pytest.raises(Conflict, match="sign is not waiting"):
        run.complete("sign", {"outcome": GOOD})


def test_a_run_is_restored_with_its_own_definition_only():
    state = start("T1").state()
    with pytest.raises(Conflict, match="another definition"):
        engine.Run.restore(definition("idea-to-business-t2"), state)


def test_the_state_holds_the_run_and_not_its_definition():
    state = json.dumps(start("T1").state())
    assert "task_specs" not in state
    assert "conditionExpression" not in state


def test_the_diagram_after_a_way_back_shows_the_way_ahead_as_to_come():
    run = do(start("T1"), *TO_REVIEWS, ("validate", "return"), ("fair", GOOD))
    assert run.diagram() == engine.Diagram(
        done=("start", "start_to_tier_known", "tier_known", "tier_known_to_submit"), now=("submit",)
    )


def test_the_diagram_marks_the_branch_that_is_done():
    shown = do(start("T1"), *TO_REVIEWS, ("fair", GOOD)).diagram()
    assert shown.now == ("validate",)
    assert {"fair", "split", "split_to_fair", "split_to_validate"} <= set(shown.done)
    assert not {"join", "fair_to_join", "fit", "complete_to_submit"} & set(shown.done)


def test_the_diagram_of_a_skipped_task_leaves_it_out():
    shown = do(start("T2", people=False), *TO_REVIEWS, ("validate", GOOD)).diagram()
    assert not {"fair", "split_to_fair", "confirm_tier"} & {*shown.done, *shown.now}


def test_retirement_from_request_to_archive():
    run = engine.Run.start(definition("retirement"), {})
    run = do(run, ("request", "request"), ("tell", {"consumers": 2}), ("confirm", "return"))
    assert waiting(run) == {"request"}
    run = do(run, ("request", "request"), ("tell", {}), ("confirm", GOOD), ("revoke", {}), ("archive", {}))
    run = do(run, ("review", "reviewed"))
    assert run.definition.ends[run.end] == "archived"


def test_a_retirement_can_be_withdrawn():
    run = do(engine.Run.start(definition("retirement"), {}), ("request", "withdraw"))
    assert run.end == "withdrawn"


BRANCHES = """<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
 xmlns:spiffworkflow="http://spiffworkflow.org/bpmn/schema/1.0/core"
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" id="d" targetNamespace="urn:test">
<bpmn:process id="both" isExecutable="true"><bpmn:startEvent id="start"/>
{tasks}<bpmn:{kind} id="split"/><bpmn:{kind} id="join"/>
<bpmn:exclusiveGateway id="leave" default="f5"/><bpmn:exclusiveGateway id="again" default="f7"/>
<bpmn:endEvent id="end"/><bpmn:endEvent id="left_early"/>
<bpmn:sequenceFlow id="f0" sourceRef="start" targetRef="prepare"/>
<bpmn:sequenceFlow id="f1" sourceRef="prepare" targetRef="split"/>
<bpmn:sequenceFlow id="f2" sourceRef="split" targetRef="left">{always}</bpmn:sequenceFlow>
<bpmn:sequenceFlow id="f3" sourceRef="split" targetRef="right">{always}</bpmn:sequenceFlow>
<bpmn:sequenceFlow id="f4" sourceRef="left" targetRef="join"/>
<bpmn:sequenceFlow id="f9" sourceRef="right" targetRef="leave"/>
<bpmn:sequenceFlow id="f5" sourceRef="leave" targetRef="join"/>
<bpmn:sequenceFlow id="f10" sourceRef="leave" targetRef="left_early">{leaves}</bpmn:sequenceFlow>
<bpmn:sequenceFlow id="f6" sourceRef="join" targetRef="again"/>
<bpmn:sequenceFlow id="f7" sourceRef="again" targetRef="end"/>
<bpmn:sequenceFlow id="f8" sourceRef="again" targetRef="prepare">{returns}</bpmn:sequenceFlow>
</bpmn:process></bpmn:definitions>"""
TASK = """<bpmn:userTask id="{id}"><bpmn:extensionElements><spiffworkflow:properties>
<spiffworkflow:property name="role" value="model_owner"/>
<spiffworkflow:property name="stage" value="approval"/>
<spiffworkflow:property name="outcomes" value="done,again,leave"/>
</spiffworkflow:properties></bpmn:extensionElements></bpmn:userTask>"""
WHEN = '<bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">{rule}</bpmn:conditionExpression>'


def branches(kind):
    xml = BRANCHES.format(
        kind=kind,
        tasks="".join(TASK.format(id=name) for name in ("prepare", "left", "right")),
        always=WHEN.format(rule="true") if kind == "inclusiveGateway" else "",
        leaves=WHEN.format(rule="right.outcome == 'leave'"),
        returns=WHEN.format(rule="left.outcome == 'again'"),
    )
    return engine.Run.start(engine.load(xml.encode()), {})


@pytest.mark.parametrize("kind", ["parallelGateway", "inclusiveGateway"])
def test_a_join_waits_for_all_its_branches_in_every_round(kind):
    run = branches(kind)
    for outcome in ("again", "again", "done"):
        run = do(run, ("prepare", "done"))
        assert waiting(run) == {"left", "right"}
        run = do(run, ("left", outcome))
        assert waiting(run) == {"right"}
        run = do(run, ("right", "done"))
    assert run.end == "end"


def test_an_inclusive_join_does_not_wait_for_a_branch_that_ended():
    assert do(branches("inclusiveGateway"), ("prepare", "done"), ("left", "done"), ("right", "leave")).ended


def test_a_parallel_join_never_goes_on_without_a_branch():
    run = do(branches("parallelGateway"), ("prepare", "done"), ("left", "done"))
    with pytest.raises(Conflict, match="stands still"):
        run.complete("right", {"outcome": "leave"})
