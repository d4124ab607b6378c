"""Starting processes and giving them their version."""

from __future__ import annotations

from remit.inventory.models import UseCase, Version
from remit.kernel.problems import Conflict
from remit.ledger.capture import action, emit
from remit.lifecycle.actions import flow, tasks
from remit.lifecycle.models import Process, Task
from remit.people import queries as people
from remit.people.models import User


@action("process.start")
def start_process(
    *, acting_user: User | str, use_case: UseCase, version: Version | None = None, key: str = ""
) -> Process:
    """Start a use case, or one of its versions, on its way to business by its tier (or on the way `key`).

    Raises:
        Conflict: the use case has no tier yet, or the version is under way already.
        Unknown: no such process is published.
        Denied: the acting person may not file use cases in this unit.
    """
    people.require(acting_user, "use_case.file", unit=use_case.unit, subject=use_case.pk)
    return flow.begin(use_case, version, key or flow.way_to_business(flow.tier_of(use_case)))


@action("process.attach_version")
def attach_version(*, acting_user: User | str, process: Process, version: Version) -> Process:
    """Make a version the one a process is about: the first one, or one that answers what was returned.

    Raises:
        Conflict: the version belongs elsewhere, or another one is being judged.
    """
    people.require(acting_user, "version.register", unit=process.use_case.unit, subject=process.use_case.pk)
    process = flow.locked(process)
    if version.model.use_case_id != process.use_case_id:
        raise Conflict(f"{version} does not belong to {process.use_case.name}.")
    open_tasks = process.tasks.filter(completed_at=None)
    judged = open_tasks.exclude(kind__in=("submit_evidence", "confirm_tier")).exists()
    if process.version_id not in {None, version.pk} and (judged or process.ended_at):
        raise Conflict(
            f"{process.version} is being judged in {process.reference}.",
            remedy="Wait until it is returned, or start a process of its own for the new version.",
        )
    process.version = version
    process.save(update_fields=["version"])
    for task in open_tasks:
        task.version = version
        task.assignee = flow.first_choice(task.role, process)
        task.save(update_fields=["version", "assignee"])
    emit("process.version_attached", process, version=version.pk)
    flow.enter_stage(process, open_tasks.values_list("stage", flat=True))
    return process


@action("process.take_up")
def take_up(*, acting_user: User | str, version: Version) -> Process:
    """Put a newly registered version on its way: into the process that waits for it, or its own.

    A process waits for it when it has no version yet, or when the version it returned is the one that
    this one replaces.
    """
    use_case = version.model.use_case
    mine = Process.objects.filter(version=version, definition__key__startswith=flow.TO_BUSINESS).first()
    if mine is not None:
        return mine
    ways = flow.underway(use_case).filter(definition__key__startswith=flow.TO_BUSINESS)
    waiting = ways.filter(version=None).first()
    if waiting is None and version.replaces_id is not None:
        returned = ways.filter(version_id=version.replaces_id)
        waiting = returned.filter(tasks__kind="submit_evidence", tasks__completed_at=None).first()
    if waiting is not None:
        return attach_version(acting_user=acting_user, process=waiting, version=version)
    return flow.begin(use_case, version, flow.way_to_business(flow.tier_of(use_case)))


@action("process.confirm_tier")
def tier_confirmed(*, acting_user: User | str, use_case: UseCase) -> Process | None:
    """Let the use case's process go on after its tier was confirmed elsewhere than in its task.

    A process of another tier is replaced by the one of the confirmed tier. Returns the process now open.
    """
    task = (
        Task.objects.select_related("process__use_case")
        .filter(process__use_case=use_case, kind="confirm_tier", completed_at=None)
        .first()
    )
    if task is None:
        return None
    process = flow.locked(task.process)
    flow.close(task, by=acting_user if isinstance(acting_user, User) else None, outcome="confirm")
    flow.move_on(process, task.element_id, {"outcome": "confirm"})
    return flow.underway(use_case).order_by("-started_at").first()


@action("process.retire")
def retire(*, acting_user: User, version: Version, reason: str) -> Process:
    """Ask for a version's retirement: the owner gives the reason, consumers are told, and MRM confirms.

    Raises:
        Denied: the acting person does not own the use case.
        Conflict: it is under way already.
    """
    use_case = version.model.use_case
    people.require(acting_user, "use_case.retire", unit=use_case.unit, subject=use_case.pk)
    process = flow.begin(use_case, version, "retirement")
    request = process.tasks.get(completed_at=None)
    tasks.answer(acting_user=acting_user, task=request, outcome="request", reason=reason, conditions="")
    return flow.locked(process)
