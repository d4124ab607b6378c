"""Reads of the lifecycle."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery

from remit.inventory.models import UseCase, Version
from remit.kernel import clock
from remit.kernel.problems import Conflict, Unknown
from remit.lifecycle import bpmn, engine, rules
from remit.lifecycle.contract import (
    Clock,
    PathEntry,
    PersonRef,
    ProcessView,
    ReadyToBusiness,
    StageTime,
    StepClock,
    TaskDetail,
    TaskRow,
    TaskTime,
    TimeToBusiness,
)
from remit.lifecycle.models import Process, StageChange, Task
from remit.people import queries as people
from remit.people.models import User
from remit.people.policies import policy
from remit.people.rules import segregation

_DAY = timedelta(days=1)


def task(reference: str) -> Task:
    """Return a task by reference, such as `TSK-0001`.

    Raises:
        Unknown: there is none.
    """
    found = _tasks().filter(reference=reference.upper()).first()
    if found is None:
        raise Unknown(f"There is no task {reference}.", remedy="Look it up under My tasks.")
    return found


def task_by_id(identifier: object) -> Task:
    """Return a task by id.

    Raises:
        Unknown: there is none.
    """
    found = _tasks().filter(pk=identifier).first()
    if found is None:
        raise Unknown(f"There is no task with the id {identifier}.")
    return found


def open_tasks(use_case: UseCase, *, kind: str = "") -> QuerySet[Task]:
    """Return the open tasks of a use case, those of one kind if given, the earliest due first."""
    found = _tasks().filter(process__use_case=use_case, completed_at=None).order_by("due_at")
    return found.filter(kind=kind) if kind else found


def my_tasks(who: User) -> list[TaskRow]:
    """Return the open tasks of a person, of whom they stand in for, and of the queues of their roles, the
    earliest due first.
    """
    found = _tasks().filter(completed_at=None, service="")
    roles, absent = people.roles_of(who), people.stands_in_for(who)
    mine = found.filter(Q(assignee__in=[who, *absent]) | Q(assignee=None, role__in=roles)).order_by("due_at")

    def able(task: Task) -> bool:
        use_case = task.process.use_case
        held = people.roles_of(who, unit=use_case.unit, subject=use_case.pk)
        return not why_not(task, who, held=held, absent=absent)

    with people.remembering():
        return [row_of(t) for t in mine if t.assignee_id == who.pk or able(t)]


def waiting(who: User | str) -> list[TaskRow]:
    """Return the open tasks of people that somebody may see, the earliest due first."""
    found = policy("task").visible(who, _tasks().filter(completed_at=None, service=""))
    return [row_of(t) for t in found.order_by("due_at")]


def task_times(since: datetime, who: User | str) -> list[TaskTime]:
    """Return, for each kind of task that people do, how it goes: waiting, late, median days, sent back.

    Args:
        since: tasks completed before this instant do not count.
        who: whose view it is; tasks they may not see do not count.
    """
    kinds: dict[str, list[TaskRow]] = {}
    recent = _tasks().filter(Q(completed_at=None) | Q(completed_at__gte=since), service="")
    for found in policy("task").visible(who, recent):
        kinds.setdefault(found.kind, []).append(row_of(found))
    return [_task_time(rows) for rows in kinds.values()]


def completed_tasks(who: User, *, most: int = 20) -> list[TaskRow]:
    """Return what a person completed, the latest first."""
    found = _tasks().filter(completed_by=who).order_by("-completed_at")[:most]
    return [row_of(t) for t in found]


def task_detail(reference: str, who: User) -> TaskDetail:
    """Return a task and whether `who` may complete it.

    Raises:
        Unknown: there is no such task.
    """
    found = task(reference)
    denied = "" if found.completed_at or found.service else why_not(found, who)
    return TaskDetail(
        row=row_of(found),
        process=found.process.reference,
        version_id=found.version_id,
        use_case_id=found.process.use_case_id,
        approval=found.approval,
        outcomes=tuple(found.outcomes),
        denied=denied,
        next_after_approval=_next_title(found),
    )


def why_not(
    task: Task,
    who: User,
    *,
    assigned: bool = True,
    held: set[str] | None = None,
    absent: Iterable[User] | None = None,
) -> str:
    """Say why a person may not complete a task, or nothing.

    Args:
        task: an open task of a person.
        who: who would.
        assigned: whether a task handed to somebody else is refused.
        held: the roles they hold in the unit, where the caller knows them already.
        absent: whom they stand in for, where the caller knows it already.
    """
    use_case, version = task.process.use_case, task.version
    no = f"{who.name} may not do this: "
    absent = people.stands_in_for(who) if absent is None else absent
    themselves = {who.pk, *(person.pk for person in absent)}
    if version is not None and task.approval:
        done = {"develop": version.developer_id, "own": use_case.owner_id}
        if duty := next(filter(None, (segregation(task.approval, pk, done) for pk in themselves)), ""):
            return f"{no}{duty}."
    if task.role == "model_owner" and use_case.owner_id not in themselves:
        return f"{no}{use_case.owner.name} answers for {use_case.name}."
    if task.kind == "submit_evidence" and version is not None and version.developer_id not in themselves:
        return f"{no}{version.developer.name} built {version}."
    if held is None:
        held = people.roles_of(who, unit=use_case.unit, subject=use_case.pk)
    if task.role not in held:
        return f"{no}it takes the role {rules.role_name(task.role)} in {use_case.unit.name}."
    if assigned and task.assignee is not None and task.assignee_id not in themselves:
        return f"{no}{task.title} is for {task.assignee.name} to do."
    return ""


def process(reference: str) -> Process:
    """Return a process by reference, such as `PRC-0001`.

    Raises:
        Unknown: there is none.
    """
    found = _processes().filter(reference=reference.upper()).first()
    if found is None:
        raise Unknown(f"There is no process {reference}.")
    return found


def process_of(version: Version) -> Process | None:
    """Return the process a version is in or went through last."""
    return _processes().filter(version=version).order_by("-started_at").first()


def processes_of(use_case: UseCase) -> QuerySet[Process]:
    """Return the processes of a use case, the latest first."""
    return _processes().filter(use_case=use_case).order_by("-started_at")


def process_view(found: Process) -> ProcessView:
    """Return a process with its diagram, clocks, tasks and path."""
    definition = engine.load(found.definition.xml.encode())
    diagram = engine.Run.restore(definition, found.state).diagram()
    tasks = list(_tasks().filter(process=found).order_by("opened_at", "reference"))
    rows = tuple(row_of(t) for t in tasks)
    latest = {t.element_id: row for t, row in zip(tasks, rows, strict=True)}
    shown = {*diagram.done, *diagram.now}
    ahead = bpmn.ahead(definition, set(diagram.now))
    titles = [definition.elements[i].name for i in diagram.now]
    name = str(found.version) if found.version else found.use_case.name
    standing = f"{name} stands at {' and '.join(titles)}" if titles else f"{name} has reached its end"
    return ProcessView(
        reference=found.reference,
        name=found.definition.name,
        definition_version=found.definition.version,
        xml=found.definition.xml,
        done=diagram.done,
        now=() if found.ended_at else diagram.now,
        clocks=tuple(_step_clock(i, row) for i, row in latest.items() if i in shown),
        tasks=rows,
        path=tuple(_path(found, tasks)),
        started_at=found.started_at,
        ended_at=found.ended_at,
        end=found.end,
        summary=f"BPMN diagram. {standing}. The table below says the same.",
        to_come=tuple(e.name for e in definition.elements.values() if e.id in ahead and e.id not in shown),
    )


def ready_to_business(versions: Iterable[Version]) -> list[ReadyToBusiness]:
    """Return, for each version that was declared ready, its time to business by stage and role."""
    return [_time_of(version) for version in versions if version.ready_at is not None]


def times_to_business(since: datetime, who: User | str) -> list[TimeToBusiness]:
    """Return the calendar days from ready to business of each version that entered business since then, as
    far as somebody may see them.
    """
    rows = policy("version").visible(
        who, Version.objects.filter(ready_at__isnull=False, in_business_at__gte=since)
    )
    found = rows.values_list("pk", "ready_at", "in_business_at")
    return [TimeToBusiness(pk, ready, business, (business - ready) / _DAY) for pk, ready, business in found]


def pipeline() -> list[tuple[str, str, int]]:
    """Return how many use cases or versions stand in each stage: id, name, count, in the order of a life."""
    counts = Counter(Version.objects.values_list("stage", flat=True))
    latest = StageChange.objects.filter(process=OuterRef("pk")).order_by("-at", "-id").values("stage")[:1]
    without_version = Process.objects.filter(version=None, ended_at=None).annotate(stage=Subquery(latest))
    counts.update(stage or "idea" for stage in without_version.values_list("stage", flat=True))
    return [(stage.id, stage.name, counts[stage.id]) for stage in rules.stages().values()]


def row_of(found: Task) -> TaskRow:
    """Return a task as lists show it."""
    use_case, version = found.process.use_case, found.version
    who = found.completed_by or (found.assignee if found.completed_at is None else None)
    done = found.completed_at
    return TaskRow(
        reference=found.reference,
        title=found.title,
        kind=found.kind,
        role=found.role,
        role_name=rules.role_name(found.role) if found.role else "Platform",
        stage=found.stage,
        use_case_key=use_case.key,
        use_case=use_case.name,
        model_reference=version.model.reference if version else "",
        version=version.number if version else "",
        tier=use_case.tier,
        person=PersonRef(who.pk, who.name, who.title) if who else None,
        opened_at=found.opened_at,
        due_at=found.due_at,
        completed_at=done,
        limit=f"{found.sla_days} d",
        took=rules.took(found.opened_at, done) if done else "",
        clock=None if done else _clock(found, clock.now()),
        outcome=found.outcome,
        reason=found.reason,
        conditions=found.conditions,
        service=found.service,
        gate=found.gate,
    )


def _tasks() -> QuerySet[Task]:
    return Task.objects.select_related(
        "process__use_case__owner",
        "process__use_case__unit",
        "process__definition",
        "version__developer",
        "version__model",
        "assignee",
        "completed_by",
    )


def _processes() -> QuerySet[Process]:
    return Process.objects.select_related(
        "definition", "use_case__owner", "use_case__unit", "version__model", "version__developer"
    )


def _task_time(rows: list[TaskRow]) -> TaskTime:
    first = rows[0]
    done = [r for r in rows if r.completed_at]
    open_now = [r for r in rows if not r.completed_at]
    spent = [rules.working_time(r.opened_at, r.completed_at) / _DAY for r in done if r.completed_at]
    return TaskTime(
        kind=first.kind,
        title=first.title,
        role=first.role,
        role_name=first.role_name,
        stage=first.stage,
        waiting=len(open_now),
        late=sum(1 for r in open_now if r.clock and r.clock.tone == "late"),
        done=len(done),
        median_days=median(spent) if spent else None,
        target_days=median(rules.working_time(r.opened_at, r.due_at) / _DAY for r in rows),
        first_time=1 - sum(r.outcome in {"return", "reject"} for r in done) / len(done) if done else None,
    )


def _clock(found: Task, now: datetime) -> Clock:
    return rules.clock_of(found.opened_at, found.due_at, found.sla_days, now)


def _step_clock(element: str, row: TaskRow) -> StepClock:
    if row.clock is None:
        return StepClock(id=element, text=row.took, tone="done")
    return StepClock(id=element, text=row.clock.text, tone=row.clock.tone)


def _next_title(found: Task) -> str:
    """The title of the task that a favourable answer opens, or nothing if others are still awaited."""
    if found.completed_at or not found.outcomes:
        return ""
    definition = engine.load(found.process.definition.xml.encode())
    run = engine.Run.restore(definition, found.process.state)
    before = {element.id for element in run.ready()}
    try:
        run.complete(found.element_id, {"outcome": found.outcomes[0]})
    except Conflict:  # the way on depends on more than the outcome
        return ""
    opened = [element.name for element in run.ready() if element.id not in before]
    return opened[0] if opened else ""


def _path(found: Process, tasks: list[Task]) -> list[PathEntry]:
    entries = [PathEntry(at=found.started_at, title="Started", person="", detail=str(found.definition))]
    for t in tasks:
        if t.completed_at is None:
            who = t.assignee.name if t.assignee else rules.role_name(t.role) if t.role else "The platform"
            standing = _clock(t, clock.now()).text
            entries.append(PathEntry(at=t.opened_at, title=t.title, person=who, detail=standing, now=True))
        else:
            who = t.completed_by.name if t.completed_by else "The platform"
            said = (t.conditions and f"Condition: {t.conditions}") or t.reason
            title = f"{t.title}: {t.outcome.replace('_', ' ')}"
            entries.append(PathEntry(at=t.completed_at, title=title, person=who, detail=said))
    entries.reverse()  # of what happened at one instant, the last told is the latest
    return sorted(entries, key=lambda e: (e.now, e.at), reverse=True)


def _time_of(version: Version) -> ReadyToBusiness:
    ready, business = version.ready_at, version.in_business_at
    end = business or clock.now()
    spent: dict[tuple[str, str], list[tuple[datetime, datetime]]] = {}
    on_the_way = version.tasks.exclude(process__definition__key="retirement")
    for t in on_the_way.filter(opened_at__lte=end).exclude(completed_at__lte=ready):
        span = (max(t.opened_at, ready), min(t.completed_at or end, end))
        spent.setdefault((t.stage, t.role), []).append(span)
    stages = tuple(_stage_time(stage, role, spans) for (stage, role), spans in spent.items())
    order: list[Any] = list(rules.stages())
    return ReadyToBusiness(
        version_id=version.pk,
        version=str(version),
        use_case=version.model.use_case.name,
        tier=version.model.use_case.tier,
        ready_at=ready,
        business_at=business,
        days=(end - ready) / _DAY,
        working_days=rules.working_time(ready, end) / _DAY,
        by_stage=tuple(sorted(stages, key=lambda s: order.index(s.stage))),
    )


def _stage_time(stage: str, role: str, spans: list[tuple[datetime, datetime]]) -> StageTime:
    return StageTime(
        stage=stage,
        role=role,
        role_name=rules.role_name(role) if role else "Platform",
        days=sum(((b - a) / _DAY for a, b in spans), 0.0),
        working_days=sum((rules.working_time(a, b) / _DAY for a, b in spans), 0.0),
        tasks=len(spans),
    )


def days_to_end(key: str) -> list[float]:
    """Return how many calendar days each process of a definition took that reached its end."""
    found = Process.objects.filter(definition__key=key, ended_at__isnull=False).exclude(end="replaced")
    return [(ended - started) / _DAY for started, ended in found.values_list("started_at", "ended_at")]
