"""Writes of the lifecycle."""

from remit.lifecycle.actions.definitions import publish, publish_definitions
from remit.lifecycle.actions.processes import attach_version, retire, start_process, take_up, tier_confirmed
from remit.lifecycle.actions.tasks import (
    assign_task,
    complete_service,
    complete_task,
    escalate_late,
    follow_owner,
    release_tasks,
)

__all__ = [
    "assign_task",
    "attach_version",
    "complete_service",
    "complete_task",
    "escalate_late",
    "follow_owner",
    "publish",
    "publish_definitions",
    "release_tasks",
    "retire",
    "start_process",
    "take_up",
    "tier_confirmed",
]
