"""The portfolio's figures, each from what is recorded; a figure that cannot be computed is absent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from statistics import median
from typing import Any

from remit.governance import queries as governance
from remit.inventory import queries as inventory
from remit.inventory import search
from remit.inventory.search import Search
from remit.kernel import clock
from remit.lifecycle import queries as lifecycle
from remit.lifecycle.contract import TaskRow, TaskTime
from remit.people import queries as people

PERIOD = timedelta(days=92)
OWNERS = 100


@dataclass(frozen=True, slots=True)
class StageColumn:
    """A stage on the way to business: how many stand in it, how many are late, who answers."""

    name: str
    count: int
    late: int
    days: float | None
    target: float | None
    who: str
    role: str
    last: bool

    @property
    def tone(self) -> str:
        """How the median stands against the target."""
        over = self.days is not None and self.target is not None and self.days > self.target
        return "bad" if self.late else "warn" if over else ""


@dataclass(frozen=True, slots=True)
class OwnerRow:
    """A business owner and what they answer for."""

    name: str
    title: str
    units: str
    running: int
    suspended: int
    planned: Any
    currency: str
    remits: int
    findings: int
    findings_late: int
    late_tasks: int


@dataclass(frozen=True, slots=True)
class Bottleneck:
    """Where most waits past its clock, and who holds the role."""

    title: str
    who: str
    verb: str
    waiting: int
    late: int
    stage: str


class Board:
    """Everything the portfolio says of what a person may see; its reads do not grow with the portfolio."""

    def __init__(self, person: Any) -> None:
        self._person = person
        self.now = clock.now()
        self.since = self.now - PERIOD
        self.counts = search.counts(Search(), **search.seen_by(person))
        self.waiting = lifecycle.waiting(person)
        self.times = lifecycle.task_times(self.since, person)
        self.findings = governance.open_findings_by_use_case()
        self._rows = search.rows(Search(), **search.seen_by(person))
        self._stages = self.counts.values["stage"]
        self._holders = people.holders_by_role()

    @property
    def total(self) -> int:
        """How many models there are, and use cases that have none yet."""
        return self.counts.total

    @property
    def running(self) -> int:
        """How many models are in business."""
        return sum(self._stages.get(stage, 0) for stage in search.RUNNING)

    @property
    def on_the_way(self) -> int:
        """How many are neither in business nor retired."""
        return self.counts.views["way"]

    @property
    def suspended(self) -> int:
        """How many have their remit suspended."""
        return self.counts.views["suspended"]

    @property
    def covered(self) -> int:
        """How many of those in business hold a remit in force."""
        return self.counts.views["business"]

    @property
    def ending(self) -> int:
        """How many remits in force end within 60 days."""
        return self.counts.views["ending"]

    @property
    def longest(self) -> float:
        """The scale that the stages' days are drawn on."""
        return max((d for c in self.flow for d in (c.days, c.target) if d is not None), default=1.0)

    @property
    def late(self) -> int:
        """How many open tasks are past their clock."""
        return sum(_late(task) for task in self.waiting)

    @cached_property
    def findings_open(self) -> tuple[int, int]:
        """How many findings are open, and how many of them past their date."""
        counts = self.findings.values()
        return sum(n for n, _ in counts), sum(late for _, late in counts)

    @cached_property
    def to_business(self) -> tuple[float, int] | None:
        """Median calendar days from model ready to in business, and over how many versions."""
        days = [found.days for found in lifecycle.times_to_business(self.since, self._person)]
        return (median(days), len(days)) if days else None

    @cached_property
    def flow(self) -> list[StageColumn]:
        """The stages on the way to business."""
        counts = self._stages
        return [
            self._column(stage, name, counts.get(stage, 0))
            for stage, name, _ in lifecycle.pipeline()
            if stage not in ("under_review", *search.OVER) and (counts.get(stage) or stage != "idea")
        ]

    @cached_property
    def bottleneck(self) -> Bottleneck | None:
        """The kind of task with most past its clock, if any is."""
        worst = max(self.times, key=lambda t: (t.late, t.waiting), default=None)
        if worst is None or not worst.late:
            return None
        names = self._holders.get(worst.role, [])
        verb = "is" if len(names) == 1 else "are"
        return Bottleneck(worst.title, " and ".join(names[:2]), verb, worst.waiting, worst.late, worst.stage)

    @cached_property
    def owners(self) -> list[OwnerRow]:
        """The business owners with most in business."""
        late = Counter(task.person.id for task in self.waiting if task.person and _late(task))
        return [self._owner(row, late[row["owner_id"]]) for row in inventory.by_owner(self._rows)[:OWNERS]]

    @cached_property
    def gates(self) -> list[tuple[TaskTime, str]]:
        """The kinds of task with the people who hold the role, those with most late first."""
        ordered = sorted(self.times, key=lambda t: (-t.late, -t.waiting, t.title))
        return [(time, ", ".join(self._holders.get(time.role, [])[:2])) for time in ordered]

    def _column(self, stage: str, name: str, count: int) -> StageColumn:
        times = [time for time in self.times if time.stage == stage]
        measured = [time.median_days for time in times if time.median_days is not None]
        role = max(times, key=lambda t: (t.waiting, t.done)).role if times else ""
        return StageColumn(
            name=name,
            count=count,
            late=sum(time.late for time in times),
            days=max(measured) if measured else None,
            target=max((time.target_days for time in times), default=None),
            who=_first(self._holders.get(role, ())),
            role=next((time.role_name for time in times if time.role == role), ""),
            last=stage == "in_business",
        )

    def _owner(self, row: dict[str, Any], late: int) -> OwnerRow:
        findings = [self.findings.get(case, (0, 0)) for case in row["use_cases"]]
        return OwnerRow(
            name=row["owner_name"],
            title=row["owner_title"],
            units=", ".join(row["units"]),
            running=row["running"],
            suspended=row["suspended"],
            planned=row["planned"],
            currency=row["currency"],
            remits=row["in_force"],
            findings=sum(n for n, _ in findings),
            findings_late=sum(n for _, n in findings),
            late_tasks=late,
        )


def _late(task: TaskRow) -> bool:
    return task.clock is not None and task.clock.tone == "late"


def _first(names: Iterable[str]) -> str:
    return next(iter(names), "")
