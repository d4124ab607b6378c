"""When X happened, do Y: every effect that runs upwards through the layers is in this file."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from remit.governance import actions as governance
from remit.governance import queries as governed
from remit.inventory import queries as inventory
from remit.inventory import standing
from remit.jobs import scans, services
from remit.jobs.registry import WORKER, on
from remit.kernel import clock
from remit.lifecycle import actions as lifecycle
from remit.lifecycle import queries as processes
from remit.monitoring import queries as monitored
from remit.people import queries as people
from remit.serving import actions as serving


@on("tier.assessed")
def start_on_the_way(event: Any) -> None:
    """An idea with a computed tier starts the process of that tier."""
    use_case = inventory.use_case_by_id(event.data["use_case"])
    if not processes.processes_of(use_case).exists():
        lifecycle.start_process(acting_user=WORKER, use_case=use_case)


@on("tier.confirmed")
def go_on(event: Any) -> None:
    """A tier confirmed outside its task lets the process go on; in another tier, it takes that way."""
    use_case = inventory.use_case_by_id(event.data["use_case"])
    lifecycle.tier_confirmed(acting_user=WORKER, use_case=use_case)


@on("version.registered")
def take_up(event: Any) -> None:
    """A registered version joins the process that waits for it, or starts one."""
    lifecycle.take_up(acting_user=WORKER, version=inventory.version_by_id(event.subject_id))


@on("version.registered", "version.edited")
def scan(event: Any) -> None:
    """The files of a version are scanned for its content as it is now."""
    scans.request(event.subject_id)


@on("service.requested")
def run_service(event: Any) -> None:
    """A process reached a service task: run it; a gate waits for the scan that is its evidence."""
    task = processes.task_by_id(event.subject_id)
    if task.service == "evaluate_gate" and scans.under_way(task.version_id):
        scans.serve_after(task.version_id, task.pk)
    else:
        services.serve(task)


@on(
    "remit.issued",
    "remit.suspended",
    "remit.reinstated",
    "remit.revoked",
    "deployment.changed",
    "deployment.ended",
    "deployment.mode_set",
    "consumer.registered",
)
def publish(event: Any) -> None:
    """What the gateways obey has changed: publish it."""
    serving.publish_bundle(acting_user=WORKER, cause=event.name)


@on("person.changed", "person.left")
def show_owner(event: Any) -> None:
    """Lists name people: the models somebody answers for are listed under their present name."""
    standing.refresh(inventory.use_cases().filter(owner=event.subject_id).values_list("pk", flat=True))


@on("unit.changed")
def show_unit(event: Any) -> None:
    """Lists name units, and know what lies above them: those of the whole subtree are shown anew."""
    beneath = people.subtree(event.subject_id)
    standing.refresh(inventory.use_cases().filter(unit__in=beneath).values_list("pk", flat=True))


@on("alarm.raised")
def stop(event: Any) -> None:
    """A limit is broken: act as the remit says, and open a finding that somebody answers."""
    alarm = monitored.alarm(event.subject_id)
    version = alarm.monitor.version
    remit = governed.remit_in_force(version)
    for condition in remit.terms["stop_conditions"] if remit else ():
        same_column = condition["column"] in {"", alarm.column}
        if condition["metric"] != alarm.metric or not same_column or not _beyond(condition, alarm.value):
            continue
        reason = f"{alarm.reference}: {alarm.says}"
        if condition["action"] == "suspend":
            governance.suspend_remit(acting_user=WORKER, remit=remit, reason=reason)
        else:
            serving.set_mode(acting_user=WORKER, version=version, mode=condition["action"], reason=reason)
        break
    governance.open_finding(
        acting_user=WORKER,
        version=version,
        control=f"monitor:{alarm.metric}:{alarm.column}"[:60],
        title=f"{alarm.metric.replace('_', ' ').capitalize()} beyond its limit in {alarm.window.label}",
        detail=alarm.says,
        severity="high",
        owner=alarm.owner,
        due_at=clock.now() + timedelta(days=10),
    )


def _beyond(condition: dict[str, Any], value: float) -> bool:
    limit = condition["limit"]
    return bool(value > limit if condition["direction"] == "above" else value < limit)


@on("field.defined", "field.edited", "field.retired")
def count_again(event: Any) -> None:
    """What is asked of records has changed: count anew how complete each is."""
    if event.data["weighs"]:
        standing.rebuild()
