"""Actions on a real PostgreSQL: tasks, duties, ways back, clocks, what is recorded."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from lifecycle_world import MONDAY
from remit.governance import actions as governance
from remit.governance.models import Approval
from remit.inventory import queries as registered
from remit.kernel import clock
from remit.kernel.problems import Conflict, Denied, Invalid, Unknown
from remit.ledger.capture import acting
from remit.ledger.models import Entry, Event
from remit.lifecycle import actions as lifecycle
from remit.lifecycle import queries
from remit.lifecycle.models import Process, ProcessDefinition, StageChange, Task


def events(name):
    return list(Event.objects.filter(name=name).order_by("id"))


def stages(version):
    found = StageChange.objects.filter(version=version).order_by("id")
    return list(found.values_list("stage", flat=True))


def test_publishing_the_same_text_again_changes_nothing(bank):
    before = ProcessDefinition.objects.count()
    lifecycle.publish_definitions(acting_user="system:test")
    assert ProcessDefinition.objects.count() == before == 5


def test_a_changed_text_is_a_new_version_and_running_processes_keep_theirs(bank):
    process = bank.start()
    xml = process.definition.xml.replace("Submit evidence", "Hand in evidence")
    changed = lifecycle.publish(acting_user=bank.admin, xml=xml.encode())
    assert (changed.key, changed.version) == ("idea_to_business_t1", 2)
    bank.complete("confirm_tier", bank.governance, "confirm")
    assert bank.task("submit").title == "Submit evidence"


def test_only_an_administrator_publishes(bank):
    with pytest.raises(Denied):
        lifecycle.publish(acting_user=bank.developer, xml=b"<x/>")


def test_a_use_case_without_a_tier_does_not_start(bank):
    with pytest.raises(Conflict, match="no tier yet"):
        lifecycle.start_process(acting_user=bank.owner, use_case=bank.use_case)


def test_the_tier_chooses_the_process_and_starting_twice_is_refused(bank):
    process = bank.start()
    assert process.definition.key == "idea_to_business_t1"
    assert process.reference == "PRC-0001"
    with pytest.raises(Conflict, match="under way already"):
        lifecycle.start_process(acting_user=bank.owner, use_case=bank.use_case)
    with pytest.raises(Unknown, match="no_such"):
        lifecycle.start_process(acting_user=bank.owner, use_case=bank.use_case, key="no_such")


def test_confirming_the_tier_is_governance_too(bank):
    bank.start()
    bank.complete("confirm_tier", bank.governance, "confirm")
    bank.use_case.refresh_from_db()
    assert bank.use_case.tier == "T1"
    assert bank.open() == {"submit"}


def test_a_tier_confirmed_elsewhere_lets_the_process_go_on(bank):
    bank.start()
    governance.confirm_tier(acting_user=bank.governance, assessment=bank.use_case.tier_assessments.get())
    for _ in range(2):
        lifecycle.tier_confirmed(acting_user="system:test", use_case=bank.use_case)
        assert bank.open() == {"submit"}


def test_another_confirmed_tier_replaces_the_process(bank):
    first = bank.start()
    with clock.at(MONDAY + timedelta(hours=1)):
        lower = bank.assess(0)
    assert lower.tier != "T1"
    bank.complete("confirm_tier", bank.governance, "confirm")
    first.refresh_from_db()
    assert first.end == "replaced"
    now = Process.objects.get(ended_at=None)
    assert now.definition.key == f"idea_to_business_{lower.tier.lower()}"
    assert bank.open() == {"submit"}


def test_the_whole_way_to_business(bank, monkeypatch):
    version = bank.to_signing()
    bank.complete("sign", bank.approver, "approve")
    bank.serve("issue", passed=True)
    with clock.at(MONDAY + timedelta(days=2)):
        bank.complete("deploy", bank.operations, "deployed")
    version = registered.version_by_id(version.pk)
    process = Process.objects.get(version=version)
    assert (process.end, version.stage) == ("live", "in_business")
    assert version.in_business_at == MONDAY + timedelta(days=2)
    assert stages(version) == [
        "development", "ready", "validation", "approval", "deployment", "in_business",
    ]  # fmt: skip
    assert [e.data["end"] for e in events("process.ended")] == ["live"]


def test_submitting_declares_the_version_ready(bank):
    assert bank.to_reviews().ready_at == MONDAY


def test_evidence_without_a_version_cannot_be_submitted(bank):
    bank.start()
    bank.complete("confirm_tier", bank.governance, "confirm")
    with pytest.raises(Conflict, match="no version yet"):
        bank.complete("submit", bank.developer, "submit")
    assert bank.open() == {"submit"}


def test_an_approval_is_recorded_with_its_conditions(bank):
    version = bank.to_reviews()
    bank.complete("fair", bank.lending, "approve_with_conditions", conditions="Report the ratio weekly.")
    found = Approval.objects.get()
    assert (found.kind, found.person, found.content_digest) == (
        "review",
        bank.lending,
        version.content_digest,
    )
    assert found.conditions == "Report the ratio weekly."


@pytest.mark.parametrize(
    ("element", "who", "says"),
    [
        ("validate", "developer", "Priya Raman may not do this: who built a version may not validate it."),
        ("validate", "owner", "Daniel Okafor may not do this: who answers for a use case"),
        ("validate", "lending", "it takes the role Independent validator in Home lending."),
        ("fair", "developer", "who built a version may not review it"),
    ],
)
def test_duties_exclude_each_other_and_the_refusal_is_kept(bank, element, who, says):
    bank.to_reviews()
    with pytest.raises(Denied) as refused:
        bank.complete(element, getattr(bank, who), "approve")
    assert says in refused.value.detail
    assert bank.open() == {"validate", "fair"}
    assert not Approval.objects.exists()
    (kept,) = events("task.refused")
    assert (kept.actor, kept.data["why"]) == (f"user:{getattr(bank, who).pk}", refused.value.detail)


def test_a_role_more_does_not_lift_the_duty(bank):
    from remit.people import actions as people

    people.assign_role(acting_user=bank.admin, user=bank.developer, role="approver")
    people.assign_role(acting_user=bank.admin, user=bank.owner, role="approver")
    bank.to_signing()
    for who in (bank.developer, bank.owner):
        with pytest.raises(Denied, match="may not approve"):
            bank.complete("sign", who, "approve")


def test_only_the_owner_accepts_and_only_the_developer_submits(bank):
    bank.start()
    bank.complete("confirm_tier", bank.governance, "confirm")
    bank.register()
    with pytest.raises(Denied, match="Priya Raman built"):
        bank.complete("submit", bank.other_developer, "submit")
    bank.complete("submit", bank.developer, "submit")
    bank.serve("checks", passed=True)
    bank.complete("validate", bank.validator, "approve")
    bank.complete("fair", bank.lending, "approve")
    second_owner = bank.invite("second", "Second Owner", "model_owner")
    with pytest.raises(Denied, match="Daniel Okafor answers for"):
        bank.complete("accept", second_owner, "approve")


def test_a_role_in_another_unit_does_not_count(bank):
    from remit.people import actions as people

    cards = people.create_unit(acting_user=bank.admin, name="Cards")
    stranger = bank.invite("stranger", "Vera Stranger")
    people.assign_role(acting_user=bank.admin, user=stranger, role="independent_validator", unit=cards)
    bank.to_reviews()
    with pytest.raises(Denied, match="in Home lending"):
        bank.complete("validate", stranger, "approve")
    assert queries.my_tasks(stranger) == []


def test_a_service_is_not_for_people_nor_a_task_for_services(bank):
    bank.start()
    with pytest.raises(Conflict, match="for a person"):
        bank.serve("confirm_tier", passed=True)
    bank.complete("confirm_tier", bank.governance, "confirm")
    bank.register()
    bank.complete("submit", bank.developer, "submit")
    with pytest.raises(Denied, match="by the platform"):
        bank.complete("checks", bank.developer, "passed")


def test_an_incomplete_answer_leaves_the_task_open(bank):
    bank.to_reviews()
    with pytest.raises(Invalid):
        bank.complete("validate", bank.validator, "approve", reason="")
    with pytest.raises(Invalid):
        bank.complete("validate", bank.validator, "approve_with_conditions")
    assert "validate" in bank.open()
    assert not Approval.objects.exists()


def test_a_completed_task_is_completed_once(bank):
    bank.to_reviews()
    task = bank.task("validate")
    bank.complete("validate", bank.validator, "approve")
    with pytest.raises(Conflict, match="completed by Tomasz Zielinski"):
        lifecycle.complete_task(acting_user=bank.validator, task=task, outcome="reject", reason="No.")


def test_a_service_that_answers_twice_changes_nothing(bank):
    bank.start()
    bank.complete("confirm_tier", bank.governance, "confirm")
    bank.register()
    bank.complete("submit", bank.developer, "submit")
    task = bank.task("checks")
    for passed in (True, False):
        lifecycle.complete_service(acting_user="system:test", task_id=task.pk, result={"passed": passed})
        assert bank.open() == {"validate", "fair"}
    assert len(events("service.completed")) == 1


def test_a_service_without_its_answer_leaves_no_half_made_state(bank):
    bank.start()
    bank.complete("confirm_tier", bank.governance, "confirm")
    bank.register()
    bank.complete("submit", bank.developer, "submit")
    with pytest.raises(Conflict, match="cannot be evaluated"):
        bank.serve("checks", note="nobody looked")
    assert bank.open() == {"checks"}


def test_what_is_returned_is_answered_by_a_new_version(bank):
    first = bank.to_reviews()
    bank.complete("validate", bank.validator, "return", reason="Calibration is off.")
    bank.complete("fair", bank.lending, "approve")
    process = Process.objects.get(version=first)
    second = bank.register("1.1", replaces=first)
    process.refresh_from_db()
    assert process.version == second
    assert bank.task("submit").version == second
    bank.complete("submit", bank.developer, "submit")
    assert registered.version_by_id(second.pk).stage == "ready"


def test_a_version_is_not_swapped_while_another_is_judged(bank):
    first = bank.to_reviews()
    process = Process.objects.get(version=first)
    second = bank.register("1.1", replaces=first)
    assert Process.objects.get(version=second) != process
    with pytest.raises(Conflict, match="being judged"):
        lifecycle.attach_version(acting_user=bank.developer, process=process, version=second)


def test_a_challenger_skips_the_confirmed_tier(bank):
    bank.to_reviews()
    challenger = bank.register("2.0")
    process = Process.objects.get(version=challenger)
    assert list(process.tasks.values_list("element_id", flat=True)) == ["submit"]
    assert lifecycle.take_up(acting_user="system:test", version=challenger) == process


def test_a_rejected_version_is_archived(bank):
    version = bank.to_reviews()
    bank.complete("fair", bank.lending, "approve")
    bank.complete("validate", bank.validator, "reject", reason="It does not rank.")
    assert registered.version_by_id(version.pk).stage == "archived"


def test_retirement_asks_tells_confirms_and_reviews(bank):
    version = bank.to_signing()
    with pytest.raises(Denied):
        lifecycle.retire(acting_user=bank.developer, version=version, reason="Old.")
    process = lifecycle.retire(acting_user=bank.owner, version=version, reason="Replaced by 2.0.")
    assert process.definition.key == "retirement"
    bank.serve("tell", consumers=["Branch"])
    bank.complete("confirm", bank.governance, "approve")
    bank.serve("revoke", passed=True)
    bank.serve("archive", passed=True)
    assert registered.version_by_id(version.pk).stage == "retired"
    bank.complete("review", bank.owner, "reviewed", reason="It earned what was planned.")
    process.refresh_from_db()
    assert process.end == "archived"
    assert registered.version_by_id(version.pk).stage == "archived"


def test_a_task_goes_to_the_only_one_who_may_do_it(bank):
    bank.to_reviews()
    assert bank.task("validate").assignee == bank.validator
    bank.invite("second", "Nadia Second", "independent_validator")
    bank.complete("validate", bank.validator, "return", reason="Again.")
    bank.complete("fair", bank.lending, "approve")
    bank.complete("submit", bank.developer, "submit")
    bank.serve("checks", passed=True)
    assert bank.task("validate").assignee is None


def test_handing_a_task_out(bank):
    bank.to_reviews()
    second = bank.invite("second", "Nadia Second", "independent_validator")
    task = bank.task("validate")
    with pytest.raises(Invalid, match="built"):
        lifecycle.assign_task(acting_user=bank.validator, task=task, assignee=bank.developer)
    with pytest.raises(Denied):
        lifecycle.assign_task(acting_user=bank.developer, task=task, assignee=second)
    lifecycle.assign_task(acting_user=bank.governance, task=task, assignee=second)
    with pytest.raises(Denied, match="is for Nadia Second to do"):
        bank.complete("validate", bank.validator, "approve")
    assert [row.title for row in queries.my_tasks(second)] == ["Independent validation"]


def test_late_tasks_are_escalated_once(bank):
    bank.start()
    due = bank.task("confirm_tier").due_at
    assert due == MONDAY + timedelta(days=21)
    with clock.at(due):
        assert lifecycle.escalate_late(acting_user="system:test") == []
    with clock.at(due + timedelta(minutes=1)):
        (late,) = lifecycle.escalate_late(acting_user="system:test")
        assert lifecycle.escalate_late(acting_user="system:test") == []
        assert queries.row_of(late).clock.tone == "late"
    assert [e.subject_id for e in events("task.late")] == [late.pk]


def test_every_step_is_in_the_ledger_under_its_action(bank):
    version = bank.to_reviews()
    bank.complete("validate", bank.validator, "approve", reason="Replicated.")
    entry = Entry.objects.filter(table_name="lifecycle_task", action="task.complete").latest("id")
    assert (entry.actor, entry.reason) == (f"user:{bank.validator.pk}", "Replicated.")
    assert Entry.objects.filter(table_name="inventory_version", object_id=version.pk, action="version.move")


def test_the_database_refuses_two_open_tasks_at_one_place_and_an_answerless_end(bank):
    bank.start()
    task = bank.task("confirm_tier")
    task.pk = None
    task.reference = "TSK-9999"
    task._state.adding = True
    with acting("system:test", "test.copy"), pytest.raises(IntegrityError), transaction.atomic():
        task.save(force_insert=True)
    with acting("system:test", "test.end"), pytest.raises(IntegrityError), transaction.atomic():
        Task.objects.update(completed_at=MONDAY)
