"""What a model's record says of how it is watched: monitors and their alarms."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from remit.inventory.models import Model, UseCase
from remit.inventory.record import came, instant, person, until
from remit.monitoring.models import Alarm, Monitor

NAME = "monitoring"


def section(use_case: UseCase, model: Model | None, at: datetime | None) -> dict[str, list[dict[str, Any]]]:
    """Return the monitors of the model's versions and every alarm they raised."""
    monitors = Monitor.objects.filter(came("defined_at", at), version__model__use_case=use_case)
    if model is not None:
        monitors = monitors.filter(version__model=model)
    alarms = Alarm.objects.filter(came("opened_at", at), monitor__in=monitors)
    return {
        "monitors": [
            {
                "name": row.name,
                "version": row.version.number,
                "limits": row.limits,
                "owner": person(row.owner),
                "defined_at": instant(row.defined_at),
                "ended_at": until(row.ended_at, at),
            }
            for row in monitors.select_related("version", "owner").order_by("defined_at", "pk")
        ],
        "alarms": [_alarm(row, at) for row in alarms.select_related("owner").order_by("opened_at", "pk")],
    }


def _alarm(row: Alarm, at: datetime | None) -> dict[str, Any]:
    closed = until(row.closed_at, at)
    return {
        "reference": row.reference,
        "metric": row.metric,
        "column": row.column,
        "segment": row.segment,
        "value": row.value,
        "limit": row.limit,
        "says": row.says,
        "owner": person(row.owner),
        "opened_at": instant(row.opened_at),
        "due_at": instant(row.due_at),
        "closed_at": closed,
        "resolution": row.resolution if closed else "",
    }
