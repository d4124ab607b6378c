"""Scans run beside the reactions: one of gigabytes must not hold up the suspension of a remit."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

QUEUE = "scans"


def request(version: UUID | str) -> None:
    """Have the files of a version scanned once this commits."""
    _behind(version, "remit.scan").defer(version_id=str(version))


def under_way(version: UUID | str) -> bool:
    """Tell whether a scan of the version waits or runs."""
    return ProcrastinateJob.objects.filter(lock=_lock(version), status__in=("todo", "doing")).exists()


def serve_after(version: UUID | str, task: UUID | str) -> None:
    """Have a service task run once the scans of the version that are under way have ended."""
    _behind(version, "remit.serve").defer(task_id=str(task))


def _behind(version: UUID | str, name: str) -> Any:
    # jobs with one lock run one after the other, in the order in which they came
    return app.configure_task(name, queue=QUEUE, lock=_lock(version))


def _lock(version: UUID | str) -> str:
    return f"scan {version}"
