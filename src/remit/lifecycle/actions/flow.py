"""How a process moves on: the tasks it opens, the stage it enters, its end. Only actions call this."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import QuerySet

from remit.inventory import actions as inventory
from remit.inventory.models import STAGES, UseCase, Version
from remit.kernel import clock
from remit.kernel.problems import Conflict, Unknown
from remit.ledger.capture import emit
from remit.ledger.numbering import next_number
from remit.lifecycle import engine, rules
from remit.lifecycle.bpmn import Element
from remit.lifecycle.models import Process, ProcessDefinition, StageChange, Task
from remit.people import queries as people
from remit.people.models import User

PROCESS = "system:lifecycle"
TO_BUSINESS = "idea_to_business"
_ORDER = [stage for stage, _ in STAGES]


def move_on(process: Process, element_id: str, result: Mapping[str, Any]) -> None:
    """Tell the engine, store where it stands, and follow."""
    if _replaced(process):
        return
    run = _run(process)
    if process.use_case.tier:
        run.tell(tier=process.use_case.tier, tier_confirmed=True)
    run.complete(element_id, result)
    process.state = run.state()
    process.save(update_fields=["state"])
    follow(process, run)


def _replaced(process: Process) -> bool:
    """End a process whose use case was confirmed in another tier, and start the one of that tier."""
    use_case = process.use_case
    use_case.refresh_from_db()
    key = process.definition.key
    if not use_case.tier or not key.startswith(TO_BUSINESS) or key == way_to_business(use_case.tier):
        return False
    if process.tasks.exclude(kind="confirm_tier").exclude(completed_at=None).exists():
        return False
    end(process, "replaced")
    begin(use_case, process.version, way_to_business(use_case.tier))
    return True


def follow(process: Process, run: engine.Run) -> None:
    """Open the tasks that wait now, end what ended, and move the stage."""
    waiting = {element.id: element for element in run.ready()}
    opened = set(process.tasks.filter(completed_at=None).values_list("element_id", flat=True))
    for element in waiting.values():
        if element.id not in opened:
            _open_new(process, element)
    if run.ended:
        end(process, run.end)
        emit("process.ended", process, end=run.end, **subject_of(process))
        enter_stage(process, [run.definition.ends.get(run.end, "")])
    else:
        enter_stage(process, [element.stage for element in waiting.values()])


def _open_new(process: Process, element: Element) -> Task:
    now = clock.now()
    task = Task.objects.create(
        reference=next_number("TSK"),
        process=process,
        version=process.version,
        element_id=element.id,
        kind=element.purpose,
        title=element.name,
        role=element.role,
        stage=element.stage,
        outcomes=list(element.outcomes),
        approval=element.approval,
        service=element.service,
        gate=element.gate,
        sla_days=element.sla_days,
        assignee=first_choice(element.role, process),
        opened_at=now,
        due_at=rules.after_working_days(now, element.sla_days),
    )
    name = "service.requested" if element.service else "task.opened"
    emit(name, task, kind=task.kind, service=task.service, gate=task.gate, **subject_of(process))
    return task


def first_choice(role: str, process: Process) -> User | None:
    """Whose a new task is: the owner, the developer, or the only holder of the role who may do it."""
    use_case, version = process.use_case, process.version
    if role == "model_owner":
        return use_case.owner
    if role == "model_developer" and version is not None:
        return version.developer
    holders = people.holders(role, unit=use_case.unit, subject=use_case.pk) if role else []
    barred = {use_case.owner_id, version.developer_id if version else None}
    able = [
        person
        for person in holders
        if role == "model_developer"
        or barred.isdisjoint({person.pk, *(absent.pk for absent in people.stands_in_for(person))})
    ]
    return able[0] if len(able) == 1 else None


def enter_stage(process: Process, stages: Iterable[str]) -> None:
    """Enter the furthest of these stages, if it is another than before."""
    known = [stage for stage in stages if stage in _ORDER]
    if not known:
        return
    stage = max(known, key=_ORDER.index)
    latest = process.stage_changes.filter(version=process.version).order_by("-at", "-id").first()
    if latest is None or latest.stage != stage:
        StageChange.objects.create(
            use_case=process.use_case, version=process.version, process=process, stage=stage, at=clock.now()
        )
    if process.version is not None:
        process.version.refresh_from_db()
        inventory.move(acting_user=PROCESS, version=process.version, stage=stage)


def close(task: Task, *, by: User | None, outcome: str, reason: str = "", conditions: str = "") -> None:
    """Complete a task with an answer."""
    task.completed_at = clock.now()
    task.completed_by = by
    task.outcome, task.reason, task.conditions = outcome, reason, conditions
    task.save(update_fields=["completed_at", "completed_by", "outcome", "reason", "conditions", "result"])


def end(process: Process, end: str) -> None:
    """End a process; what was still open is withdrawn."""
    for task in process.tasks.filter(completed_at=None):
        close(task, by=None, outcome="withdrawn")
    process.ended_at = clock.now()
    process.end = end
    process.save(update_fields=["ended_at", "end"])


def locked(process: Process) -> Process:
    """The process as it is now, held until this transaction ends."""
    return (
        Process.objects.select_for_update(of=("self",))
        .select_related("definition", "use_case__owner", "use_case__unit", "version__developer")
        .get(pk=process.pk)
    )


def underway(use_case: UseCase) -> QuerySet[Process]:
    """Return the processes of a use case that have not ended."""
    return use_case.processes.filter(ended_at=None)


def _run(process: Process) -> engine.Run:
    return engine.Run.restore(engine.load(process.definition.xml.encode()), process.state)


def subject_of(process: Process) -> dict[str, Any]:
    """Return what an event says about whose process it was."""
    return {"process": process.pk, "use_case": process.use_case_id, "version": process.version_id}


def tier_of(use_case: UseCase) -> str:
    """Return the confirmed tier, or else the computed one.

    Raises:
        Conflict: the tiering questions are not answered.
    """
    if use_case.tier:
        return use_case.tier
    assessment = use_case.tier_assessments.order_by("-assessed_at").first()
    if assessment is None:
        raise Conflict(f"{use_case.name} has no tier yet.", remedy="Answer the tiering questions first.")
    return assessment.tier


def way_to_business(tier: str) -> str:
    """Return the key of the process that a tier takes."""
    return f"{TO_BUSINESS}_{tier.lower()}"


def begin(use_case: UseCase, version: Version | None, key: str) -> Process:
    """Start the newest definition of `key` and open its first tasks.

    Raises:
        Conflict: this is under way already.
        Unknown: no such process is published.
    """
    # the caller may have read it before its tier was confirmed
    use_case.refresh_from_db()
    definition = ProcessDefinition.objects.filter(key=key).order_by("-version").first()
    if definition is None:
        raise Unknown(f"No process {key} is published.", remedy="Run `remit migrate`, which publishes them.")
    if underway(use_case).filter(definition__key=key, version=version).exists():
        raise Conflict(f"{version or use_case} is under way already.", remedy="Open its Lifecycle page.")
    subject = {
        "use_case": use_case.key,
        "tier": tier_of(use_case),
        "tier_confirmed": use_case.tier != "",
        "affects_people": use_case.affects_people,
        "kind": use_case.kind,
    }
    run = engine.Run.start(engine.load(definition.xml.encode()), subject)
    process = Process.objects.create(
        reference=next_number("PRC"),
        definition=definition,
        use_case=use_case,
        version=version,
        state=run.state(),
        started_at=clock.now(),
    )
    emit("process.started", process, definition=key, **subject_of(process))
    follow(process, run)
    return process
