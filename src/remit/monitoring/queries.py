"""Reads of monitoring."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

from remit.inventory.models import Model, UseCase, Version
from remit.kernel.problems import Unknown
from remit.monitoring import rules
from remit.monitoring.models import Alarm, Monitor, Window
from remit.serving import queries as serving


def monitors(version: Version) -> QuerySet[Monitor]:
    """Return the monitors of a version."""
    return Monitor.objects.filter(version=version, ended_at=None).select_related("owner").order_by("name")


def of_model(model: Model) -> QuerySet[Monitor]:
    """Return the monitors of every version of a model, ended ones too."""
    return Monitor.objects.filter(version__model=model)


def windows(version: Version) -> QuerySet[Window]:
    """Return the measured windows of a version, oldest first."""
    return Window.objects.filter(monitor__version=version).select_related("monitor").order_by("until")


def health(versions: Iterable[Version]) -> dict[object, rules.Health]:
    """Return how each version fares by its latest window, by version id."""
    latest = (
        Window.objects.filter(monitor__version__in=[version.pk for version in versions])
        .order_by("monitor__version", "-until")
        .distinct("monitor__version")
        .values_list("monitor__version", "verdict")
    )
    verdicts = dict(latest)
    return {version.pk: rules.health(verdicts.get(version.pk)) for version in versions}


def open_alarms(use_case: UseCase) -> QuerySet[Alarm]:
    """Return the alarms of a use case nobody has answered yet, the earliest due first."""
    return _alarms().filter(monitor__version__model__use_case=use_case, closed_at=None).order_by("due_at")


def alarms(use_case: UseCase) -> QuerySet[Alarm]:
    """Return every alarm of a use case, the latest first."""
    return _alarms().filter(monitor__version__model__use_case=use_case).order_by("-opened_at")


def alarm(identifier: object) -> Alarm:
    """Return an alarm by id.

    Raises:
        Unknown: there is none.
    """
    found = _alarms().filter(pk=identifier).first()
    if found is None:
        raise Unknown(f"There is no alarm with the id {identifier}.")
    return found


def monitored_metrics(version: Version) -> list[str]:
    """Return the metrics that monitors of a version watch."""
    limits = Monitor.objects.filter(version=version, ended_at=None).values_list("limits", flat=True)
    return sorted({limit["metric"] for row in limits for limit in row})


def operation(version: Version) -> dict[str, Any]:
    """Return what gate G6 reads of a version at work: the digest served, the metrics watched."""
    return {
        "serving_digest": serving.serving_digest(version),
        "monitored_metrics": monitored_metrics(version),
    }


def _alarms() -> QuerySet[Alarm]:
    return Alarm.objects.select_related("monitor__version__model__use_case", "window", "owner", "closed_by")
