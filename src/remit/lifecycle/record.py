"""What a model's record says of its way: the stages it entered and the tasks that took it there."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Q

from remit.inventory.models import Model, UseCase
from remit.inventory.record import came, instant, person, until
from remit.lifecycle.models import StageChange, Task

NAME = "lifecycle"


def section(use_case: UseCase, model: Model | None, at: datetime | None) -> dict[str, list[dict[str, Any]]]:
    """Return the stages and the people's tasks of the use case itself and of the model's versions."""
    of = Q(version=None) | Q(version__model=model) if model else Q()
    stages = StageChange.objects.filter(of, came("at", at), use_case=use_case)
    tasks = (
        Task.objects.filter(of, came("opened_at", at), process__use_case=use_case, service="")
        .select_related("version", "completed_by")
        .order_by("opened_at", "pk")
    )
    return {
        "stages": [
            {
                "stage": row.stage,
                "version": row.version.number if row.version else None,
                "at": instant(row.at),
            }
            for row in stages.select_related("version").order_by("at", "pk")
        ],
        "tasks": [
            _task(row, at)
            for row in tasks.select_related("version", "completed_by").order_by("opened_at", "pk")
        ],
    }


def _task(row: Task, at: datetime | None) -> dict[str, Any]:
    completed = until(row.completed_at, at)
    return {
        "reference": row.reference,
        "kind": row.kind,
        "title": row.title,
        "role": row.role,
        "version": row.version.number if row.version else None,
        "opened_at": instant(row.opened_at),
        "due_at": instant(row.due_at),
        "completed_at": completed,
        "completed_by": person(row.completed_by) if completed else None,
        "outcome": row.outcome if completed else "",
        "reason": row.reason if completed else "",
    }
