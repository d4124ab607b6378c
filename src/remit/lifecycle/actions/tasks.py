"""Completing tasks, by people and by services."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction

from remit.governance import actions as governance
from remit.governance import queries as governed
from remit.inventory import actions as inventory
from remit.inventory.models import UseCase
from remit.kernel import clock
from remit.kernel.problems import Conflict, Denied, Invalid, Unknown
from remit.ledger import turns
from remit.ledger.capture import action, emit
from remit.lifecycle import queries, rules
from remit.lifecycle.actions import flow
from remit.lifecycle.models import Task
from remit.people import queries as people
from remit.people.models import User
from remit.people.policies import policy


@action("task.assign")
def assign_task(*, acting_user: User | str, task: Task, assignee: User) -> Task:
    """Hand an open task to somebody who holds its role.

    Raises:
        Denied: the acting person holds neither the role nor model risk governance.
        Conflict: it is completed.
        Invalid: the assignee may not do it.
    """
    task = _open_task(task)
    case = task.process.use_case
    if isinstance(acting_user, User) and not people.roles_of(acting_user, unit=case.unit, subject=case.pk) & {
        task.role,
        "model_risk_governance",
    }:
        raise Denied(f"{acting_user.name} may not hand out {task.reference}.")
    if denied := queries.why_not(task, assignee, assigned=False):
        raise Invalid(denied, fields={"assignee": denied})
    task.assignee = assignee
    task.save(update_fields=["assignee"])
    emit("task.assigned", task, assignee=assignee.pk)
    return task


def complete_task(
    *,
    acting_user: User,
    task: Task,
    outcome: str,
    reason: str = "",
    conditions: str = "",
) -> Task:
    """Complete a person's task: the process moves on, and an approval is recorded where it is one.

    A refusal is written to the ledger too, in a transaction of its own.

    Raises:
        Denied: the person lacks the role, or a duty of theirs forbids it.
        Conflict: the task is completed, or the process cannot go on.
        Invalid: the answer is not complete.
    """
    try:
        return answer(
            acting_user=acting_user, task=task, outcome=outcome, reason=reason, conditions=conditions
        )
    except Denied as denied:
        if not transaction.get_connection().needs_rollback:
            _record_refusal(acting_user=acting_user, task=task, outcome=outcome, why=denied.detail)
        raise


@action("task.release")
def release_tasks(*, acting_user: str, of: UUID) -> list[Task]:
    """Put the open tasks of somebody who has left back into the queues of their roles."""
    people.require(acting_user, "task.release")
    found = list(Task.objects.filter(assignee_id=of, completed_at=None).select_for_update(of=("self",)))
    for task in found:
        task.assignee = None
        task.save(update_fields=["assignee"])
        emit("task.released", task, of=of)
    return found


@action("task.follow_owner")
def follow_owner(*, acting_user: str, use_case: UseCase) -> list[Task]:
    """Hand the open tasks of a use case's owner to whoever owns it now."""
    people.require(acting_user, "task.follow_owner")
    owners = Task.objects.filter(
        process__use_case=use_case, role="model_owner", completed_at=None, service=""
    )
    found = list(owners.exclude(assignee=use_case.owner_id).select_for_update(of=("self",)))
    for task in found:
        task.assignee = use_case.owner
        task.save(update_fields=["assignee"])
        emit("task.assigned", task, assignee=use_case.owner_id)
    return found


@action("task.complete")
def answer(*, acting_user: User, task: Task, outcome: str, reason: str, conditions: str) -> Task:
    """Complete a task as `complete_task` does, without keeping a refusal."""
    process = flow.locked(task.process)
    task = _open_task(task)
    if task.service:
        raise Denied(f"{task.title} is done by the platform, not by a person.")
    # a role is what it takes; a token must name this besides
    policy("task").require(acting_user, "answer", task)
    if denied := queries.why_not(task, acting_user):
        raise Denied(denied)
    judged = bool(task.approval)
    rules.check_answer(outcome, task.outcomes, judged=judged, reason=reason, conditions=conditions)
    _carry_out(task, acting_user, outcome, reason, conditions)
    given = {"outcome": outcome, "reason": reason.strip(), "conditions": conditions.strip()}
    flow.close(task, by=acting_user, **given)
    emit("task.completed", task, outcome=outcome, kind=task.kind, **flow.subject_of(process))
    flow.move_on(process, task.element_id, given | {"by": str(acting_user.pk)})
    return task


@action("task.refuse")
def _record_refusal(*, acting_user: User, task: Task, outcome: str, why: str) -> None:
    emit("task.refused", task, outcome=outcome, why=why, person=acting_user.pk, title=task.title)


@action("task.complete_service")
def complete_service(*, acting_user: str, task_id: object, result: Mapping[str, Any]) -> Task:
    """Complete a service's task with what it found; a second time changes nothing.

    Raises:
        Unknown: there is no such task.
        Conflict: it is a person's task, or the process cannot go on with this result.
    """
    task = Task.objects.select_related("process").filter(pk=task_id).first()
    if task is None:
        raise Unknown(f"There is no task with the id {task_id}.")
    process = flow.locked(task.process)
    task.refresh_from_db()
    if not task.service:
        raise Conflict(f"{task.title} is for a person to complete.")
    if task.completed_at is not None:
        return task
    passed = result.get("passed")
    outcome = "done" if passed is None else "passed" if passed else "failed"
    task.result = dict(result)
    flow.close(task, by=None, outcome=outcome, reason=str(result.get("says", "")), conditions="")
    emit(
        "service.completed",
        task,
        service=task.service,
        outcome=outcome,
        by=acting_user,
        **flow.subject_of(process),
    )
    flow.move_on(process, task.element_id, {**result, "outcome": outcome})
    return task


@action("task.escalate")
def escalate_late(*, acting_user: str) -> list[Task]:
    """Mark the open tasks that are past their due time and not yet escalated, and tell the reactions."""
    turns.take("task.escalate")
    now = clock.now()
    late = Task.objects.select_for_update(skip_locked=True, of=("self",)).filter(
        completed_at=None, escalated_at=None, due_at__lt=now
    )
    found = list(late)
    for task in found:
        task.escalated_at = now
        task.save(update_fields=["escalated_at"])
        emit("task.late", task, role=task.role, due_at=task.due_at, by=acting_user)
    return found


def _carry_out(task: Task, person: User, outcome: str, reason: str, conditions: str) -> None:
    """What an answer means beyond the process."""
    version = task.version
    if task.kind == "confirm_tier":
        _confirm_tier(task.process.use_case, person, reason)
        return
    if version is None:
        if task.kind == "submit_evidence" or task.approval:
            raise Conflict(
                f"{task.process.use_case.name} has no version yet.", remedy="Register a version first."
            )
        return
    if task.kind == "submit_evidence" and version.ready_at is None:
        inventory.declare_ready(acting_user=person, version=version)
    if task.kind == "issue_remit":
        governance.issue_remit(acting_user=person, version=version)
    if task.approval:
        governance.record_approval(
            acting_user=person,
            version=version,
            kind=task.approval,
            decision=outcome,
            reason=reason,
            conditions=conditions,
        )


def _confirm_tier(use_case: UseCase, person: User, reason: str) -> None:
    """Confirm the computed tier, unless governance did so before this task was opened."""
    assessment = governed.latest_tier_assessment(use_case)
    if assessment is None:
        raise Conflict(f"{use_case.name} has no tier yet.", remedy="Answer the tiering questions first.")
    if assessment.confirmed_at is None:
        governance.confirm_tier(acting_user=person, assessment=assessment, reason=reason)


def _open_task(task: Task) -> Task:
    found = Task.objects.select_related(
        "process__use_case__owner", "process__use_case__unit", "version__developer", "assignee"
    ).get(pk=task.pk)
    if found.completed_at is not None:
        who = found.completed_by.name if found.completed_by else "the platform"
        raise Conflict(f"{found.title} was completed by {who} on {found.completed_at:%d %b %Y}.")
    return found
