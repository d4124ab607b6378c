"""Writes of monitoring: define, measure a window, answer alarms."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from remit.inventory import standing
from remit.inventory.models import Version
from remit.kernel import clock, paths
from remit.kernel.problems import Broken, Conflict, Invalid
from remit.ledger.capture import action, emit
from remit.ledger.numbering import next_number
from remit.lifecycle.rules import after_working_days
from remit.measure.backends import arrow, parquet
from remit.measure.backends.polars import edges_of, profile_of
from remit.measure.contract import Judgement, Limit, Schema, judge_all
from remit.measure.engine import rows_of
from remit.measure.metrics import chosen
from remit.monitoring import queries, rules
from remit.monitoring.models import Alarm, Monitor, Window
from remit.people import queries as people
from remit.people.models import User
from remit.serving import decision_store


@action("monitor.define")
def define_monitor(
    *,
    acting_user: User,
    version: Version,
    name: str,
    schema: Mapping[str, Any],
    limits: Sequence[Mapping[str, Any]],
    reference: Sequence[Mapping[str, Any]],
    owner: User,
) -> Monitor:
    """Define what is watched of a version in business, against which limits and which reference rows.

    Raises:
        Denied: the person may not define monitors in this unit.
        Invalid: the schema, a limit or the reference is wrong, or the name is taken.
    """
    people.require(
        acting_user, "monitor.define", unit=version.model.use_case.unit, subject=version.model.use_case.pk
    )
    if version.monitors.filter(name=name).exists():
        message = f"{version} has a monitor named {name} already."
        raise Invalid(message, fields={"name": message})
    read = Schema.of(schema)
    kept = _limits(limits, read)
    if not reference:
        raise Invalid("A monitor needs reference rows.", fields={"reference": "Give at least one row."})
    frame = parquet.of_rows(reference).frame()
    profile = profile_of(frame, read, edges_of(frame, read))
    path, digest = _keep(arrow.dump(profile), version)
    monitor = Monitor.objects.create(
        version=version,
        name=name,
        schema=read.as_dict(),
        limits=[limit.as_dict() for limit in kept],
        reference_profile=path,
        reference_sha256=digest,
        owner=owner,
        defined_at=clock.now(),
    )
    emit("monitor.defined", monitor, version=version.pk, metrics=sorted({limit.metric for limit in kept}))
    return monitor


@action("monitor.run")
def run_window(
    *, acting_user: User | str, monitor: Monitor, label: str, since: datetime, until: datetime
) -> Window:
    """Measure the decisions of a window and open an alarm for every breach.

    Raises:
        Denied: the person may not define monitors in this unit.
        Conflict: the window was measured before, or it holds no decision of this version.
        Broken: the reference profile is gone or has changed.
    """
    version = monitor.version
    use_case = version.model.use_case
    people.require(acting_user, "monitor.define", unit=use_case.unit, subject=use_case.pk)
    if monitor.windows.filter(label=label).exists():
        raise Conflict(f"The window {label} was measured already.")
    schema = Schema.of(monitor.schema)
    protected = any(column.role == "protected" for column in schema.columns)
    found = decision_store.rows(use_case.key, since=since, until=until, decided=True, protected=protected)
    mine = [row for row in found if row["version_id"] == str(version.pk) and row["variant"] != "control"]
    if not mine:
        raise Conflict(f"{version} decided nothing in the window {label}.")
    reference = _reference(monitor)
    frame = parquet.of_rows(rules.measured_rows(mine, schema)).frame()
    current = profile_of(frame, schema, reference.edges)
    judged = judge_all(
        rows_of(reference, current, window=label), [Limit.of(limit) for limit in monitor.limits]
    )
    path, digest = _keep(arrow.dump(current), version)
    window = Window.objects.create(
        monitor=monitor,
        label=label,
        since=since,
        until=until,
        rows=len(mine),
        results=[{**j.row.as_dict(), "verdict": j.status, "limit": j.limit.as_dict()} for j in judged],
        verdict=rules.worst(judged),
        profile=path,
        profile_sha256=digest,
        measured_at=clock.now(),
    )
    _note(version)
    emit("monitor.ran", window, version=version.pk, use_case=use_case.pk, verdict=window.verdict)
    for judgement in judged:
        if judgement.status == "breach":
            _raise_alarm(window, judgement)
    return window


@action("health.note")
def note_health(*, acting_user: str) -> None:
    """Have the lists show every version's health, as an installation needs that is older than its lists."""
    people.require(acting_user, "health.note")
    for version in Version.objects.filter(monitors__windows__isnull=False).distinct():
        _note(version)


def _note(version: Version) -> None:
    found = queries.health([version])[version.pk]
    standing.note(version.pk, health="" if found == "not_running" else found)


@action("alarm.close")
def close_alarm(*, acting_user: User, alarm: Alarm, resolution: str) -> Alarm:
    """Answer an alarm with what was decided about it.

    Raises:
        Denied: the person may not handle alarms in this unit.
        Conflict: it is closed already.
        Invalid: no resolution is given.
    """
    people.require(
        acting_user,
        "alarm.handle",
        unit=alarm.monitor.version.model.use_case.unit,
        subject=alarm.monitor.version.model.use_case.pk,
    )
    if alarm.closed_at is not None:
        raise Conflict(f"{alarm.reference} was closed on {alarm.closed_at:%d %b %Y}.")
    if not resolution.strip():
        raise Invalid("An alarm closes with a decision.", fields={"resolution": "Say what was decided."})
    alarm.closed_at, alarm.closed_by, alarm.resolution = clock.now(), acting_user, resolution.strip()
    alarm.save(update_fields=["closed_at", "closed_by", "resolution"])
    emit("alarm.closed", alarm, version=alarm.monitor.version_id)
    return alarm


def _raise_alarm(window: Window, judgement: Judgement) -> None:
    monitor, row = window.monitor, judgement.row
    use_case = monitor.version.model.use_case
    now = clock.now()
    alarm = Alarm.objects.create(
        reference=next_number("ALM"),
        monitor=monitor,
        window=window,
        metric=row.metric,
        column=row.column,
        segment=row.segment,
        value=row.value or 0.0,
        limit=judgement.limit.breach or 0.0,
        says=rules.says(judgement),
        owner=monitor.owner,
        opened_at=now,
        due_at=after_working_days(now, rules.DUE_DAYS[use_case.tier or "T1"]),
    )
    emit(
        "alarm.raised",
        alarm,
        version=monitor.version_id,
        use_case=use_case.pk,
        metric=row.metric,
        column=row.column,
        value=row.value,
    )


def _limits(limits: Sequence[Mapping[str, Any]], schema: Schema) -> list[Limit]:
    kept = [Limit.of(limit) for limit in limits]
    chosen({limit.metric for limit in kept})
    for limit in kept:
        if limit.column and limit.column not in schema:
            message = f"The limit on {limit.metric} is about {limit.column}, which the schema does not have."
            raise Invalid(message, fields={"limits": message})
    return kept


def _keep(content: bytes, version: Version) -> tuple[str, str]:
    """Write a profile under its digest; what people typed never becomes part of a path."""
    digest = hashlib.sha256(content).hexdigest()
    name = f"{version.pk}/{digest}.arrow"
    path = paths.profiles() / name
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".new")
    try:
        temporary.write_bytes(content)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    return name, digest


def _reference(monitor: Monitor) -> Any:
    path: Path = paths.profiles() / monitor.reference_profile
    try:
        content = path.read_bytes()
    except OSError as error:
        raise Broken(
            f"The reference profile {path} is missing.", remedy="Restore it from a backup."
        ) from error
    if hashlib.sha256(content).hexdigest() != monitor.reference_sha256:
        raise Broken(f"The reference profile {path} was changed.", remedy="Restore it from a backup.")
    return arrow.load(content, str(path))
