"""What pages read: lists, a task, the diagram with its clocks, times, the pipeline."""

from datetime import timedelta

import pytest

from lifecycle_world import MONDAY
from remit.inventory import queries as registered
from remit.kernel import clock
from remit.kernel.problems import Unknown
from remit.lifecycle import queries


def titles(rows):
    return [row.title for row in rows]


def test_my_tasks_are_mine_or_my_queue_s(bank):
    bank.to_reviews()
    assert titles(queries.my_tasks(bank.validator)) == ["Independent validation"]
    assert titles(queries.my_tasks(bank.lending)) == ["Fair lending review"]
    assert queries.my_tasks(bank.developer) == []
    assert titles(queries.completed_tasks(bank.developer)) == ["Submit evidence"]


def test_a_task_says_who_may_and_what_comes_next(bank):
    bank.to_reviews()
    reference = bank.task("validate").reference
    allowed = queries.task_detail(reference, bank.validator)
    assert (allowed.denied, allowed.outcomes[0], allowed.approval) == ("", "approve", "validation")
    assert allowed.next_after_approval == ""
    assert "built" in queries.task_detail(reference, bank.developer).denied
    bank.complete("fair", bank.lending, "approve")
    assert queries.task_detail(reference, bank.validator).next_after_approval == "Accept accountability"


def test_looking_ahead_changes_nothing(bank):
    bank.to_reviews()
    before = bank.task("validate").process.state
    queries.task_detail(bank.task("validate").reference, bank.validator)
    assert bank.task("validate").process.state == before
    assert bank.open() == {"validate", "fair"}


def test_unknown_references(bank):
    for ask in (queries.task, queries.process, queries.task_by_id):
        with pytest.raises(Unknown):
            ask("00000000-0000-0000-0000-000000000000")


def test_the_process_view(bank):
    version = bank.to_reviews()
    with clock.at(MONDAY + timedelta(days=1, hours=2)):
        bank.complete("fair", bank.lending, "approve_with_conditions", conditions="Report weekly.")
        view = queries.process_view(queries.process_of(version))
    assert view.now == ("validate",)
    assert {"fair", "checks", "submit"} <= set(view.done)
    clocks = {step.id: (step.text, step.tone) for step in view.clocks}
    assert clocks["fair"] == ("1 d 2 h", "done")
    assert clocks["validate"] == ("40 d 22 h left of 42 d", "ok")
    assert "Accept accountability" in view.to_come
    assert "stands at Independent validation" in view.summary
    assert [entry.title for entry in view.path[:2]] == [
        "Independent validation",
        "Fair lending review: approve with conditions",
    ]
    assert view.path[0].now
    assert view.path[1].detail == "Condition: Report weekly."


def test_time_to_business_by_stage_and_role(bank):
    version = bank.to_reviews()
    with clock.at(MONDAY + timedelta(days=1)):
        bank.complete("validate", bank.validator, "approve")
    with clock.at(MONDAY + timedelta(days=2)):
        bank.complete("fair", bank.lending, "approve")
        bank.complete("accept", bank.owner, "approve")
        bank.serve("gate", passed=True)
    with clock.at(MONDAY + timedelta(days=3)):
        bank.complete("sign", bank.approver, "approve")
    with clock.at(MONDAY + timedelta(days=7)):
        bank.serve("issue", passed=True)
        bank.complete("deploy", bank.operations, "deployed")
    (time,) = queries.ready_to_business([registered.version_by_id(version.pk)])
    assert (time.ready_at, time.business_at) == (MONDAY, MONDAY + timedelta(days=7))
    assert (time.days, time.working_days) == (7.0, 5.0)
    assert {(row.stage, row.role): (row.days, row.working_days) for row in time.by_stage} == {
        ("validation", "independent_validator"): (1.0, 1.0),
        ("validation", "compliance_legal"): (2.0, 2.0),
        ("approval", "model_owner"): (0.0, 0.0),
        ("approval", "approver"): (1.0, 1.0),
        ("approval", ""): (4.0, 2.0),
        ("deployment", "ml_operations"): (0.0, 0.0),
    }
    order = list(dict.fromkeys(row.stage for row in time.by_stage))
    assert order == ["validation", "approval", "deployment"]


def test_a_version_that_is_not_ready_has_no_time(bank):
    bank.start()
    bank.complete("confirm_tier", bank.governance, "confirm")
    assert queries.ready_to_business([bank.register()]) == []


def test_the_pipeline_counts_ideas_and_versions(bank):
    bank.start()
    assert {stage: n for stage, _, n in queries.pipeline() if n} == {"intake": 1}
    bank.complete("confirm_tier", bank.governance, "confirm")
    bank.register()
    assert {stage: n for stage, _, n in queries.pipeline() if n} == {"development": 1}


def test_task_times_count_what_is_late_and_what_came_back(bank):
    bank.to_reviews()
    bank.complete("validate", bank.validator, "return", reason="Again.")
    with clock.at(MONDAY + timedelta(days=90)):
        by_kind = {row.kind: row for row in queries.task_times(MONDAY - timedelta(days=1), "system:test")}
    assert (by_kind["validate"].done, by_kind["validate"].first_time) == (1, 0.0)
    assert (by_kind["review"].waiting, by_kind["review"].late) == (1, 1)
    assert by_kind["submit_evidence"].first_time == 1.0
