"""What crosses the boundary of the lifecycle. Names and references are ready to show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of a life. `days` are the working days it may take, by tier."""

    id: str
    name: str
    gate: str
    role: str
    purpose: str
    days: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Clock:
    """How a task stands against its due time. `used` is a share, 0 to 1."""

    used: float
    tone: Literal["ok", "warn", "late"]
    text: str


@dataclass(frozen=True, slots=True)
class PersonRef:
    """A person as pages name them."""

    id: UUID
    name: str
    title: str


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task in a list. `person` is who did it, or whose it is; None while the role's queue holds it."""

    reference: str
    title: str
    kind: str
    role: str
    role_name: str
    stage: str
    use_case_key: str
    use_case: str
    model_reference: str
    version: str
    tier: str
    person: PersonRef | None
    opened_at: datetime
    due_at: datetime
    completed_at: datetime | None
    limit: str
    took: str
    clock: Clock | None
    outcome: str
    reason: str
    conditions: str
    service: str
    gate: str


@dataclass(frozen=True, slots=True)
class TaskDetail:
    """A task and what the acting person may do with it. `denied` says why not, or is empty."""

    row: TaskRow
    process: str
    version_id: UUID | None
    use_case_id: UUID
    approval: str
    outcomes: tuple[str, ...]
    denied: str
    next_after_approval: str


@dataclass(frozen=True, slots=True)
class StepClock:
    """A text to hang on an element of the diagram."""

    id: str
    text: str
    tone: Literal["done", "ok", "warn", "late"]


@dataclass(frozen=True, slots=True)
class PathEntry:
    """One thing that happened on the way, the latest first in a list."""

    at: datetime
    title: str
    person: str
    detail: str
    now: bool = False


@dataclass(frozen=True, slots=True)
class ProcessView:
    """A process as its page shows it. `summary` says in words what the diagram shows."""

    reference: str
    name: str
    definition_version: int
    xml: str
    done: tuple[str, ...]
    now: tuple[str, ...]
    clocks: tuple[StepClock, ...]
    tasks: tuple[TaskRow, ...]
    path: tuple[PathEntry, ...]
    started_at: datetime
    ended_at: datetime | None
    end: str
    summary: str
    to_come: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class StageTime:
    """Time spent in a stage by a role: calendar days and working days, over so many tasks."""

    stage: str
    role: str
    role_name: str
    days: float
    working_days: float
    tasks: int


@dataclass(frozen=True, slots=True)
class ReadyToBusiness:
    """From model ready to the first day in business; open ends have no `business_at`."""

    version_id: UUID
    version: str
    use_case: str
    tier: str
    ready_at: datetime
    business_at: datetime | None
    days: float
    working_days: float
    by_stage: tuple[StageTime, ...]


@dataclass(frozen=True, slots=True)
class TaskTime:
    """How one kind of task goes: working days, and the share of answers that sent nothing back."""

    kind: str
    title: str
    role: str
    role_name: str
    stage: str
    waiting: int
    late: int
    done: int
    median_days: float | None
    target_days: float
    first_time: float | None


@dataclass(frozen=True, slots=True)
class TimeToBusiness:
    """How long a version took from model ready to its first day in business, in calendar days."""

    version_id: UUID
    ready_at: datetime
    business_at: datetime
    days: float
