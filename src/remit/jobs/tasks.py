"""The tasks the worker knows; each translates to one action."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from remit.evidence import actions as evidence
from remit.governance import actions as governance
from remit.inventory import actions as inventory
from remit.inventory import queries as inventoried
from remit.jobs import owners, reactions, services
from remit.jobs.models import Reaction
from remit.jobs.registry import WORKER, reactions_to
from remit.kernel import clock
from remit.ledger import actions as ledger
from remit.ledger import queries as recorded
from remit.ledger import requests
from remit.lifecycle import actions as lifecycle
from remit.lifecycle import queries as processes
from remit.people import actions as people
from remit.serving import actions as serving
from remit.serving import strangers as serving_strangers

log = logging.getLogger("remit.jobs")
DISCOVERED = (owners, reactions, services)
RETRY = RetryStrategy(max_attempts=6, exponential_wait=2)
# three times the interval at which a worker says that it lives
LOST_AFTER = timedelta(seconds=30)
# what nothing else would start again; periodic work comes by itself
KEPT = ("reactions", "imports", "scans")


@app.task(name="remit.react", queue="reactions", retry=RETRY, lock="reactions")
def react(event_id: str) -> None:
    """Run every reaction to an event that has not run yet, each in a transaction of its own."""
    event = recorded.event(event_id)
    for reaction in reactions_to(event.name):
        name = reaction.__name__
        with transaction.atomic():
            _, first = Reaction.objects.get_or_create(
                event=event, name=name, defaults={"done_at": clock.recorded_now()}
            )
            if first:
                reaction(event)


@app.task(name="remit.scan", queue="scans", retry=RETRY)
def scan(version_id: str) -> None:
    """Scan the files of a version for its content as it is now."""
    evidence.scan_version(acting_user=WORKER, version=inventoried.version_by_id(version_id))


@app.task(name="remit.serve", queue="scans", retry=RETRY)
def serve(task_id: str) -> None:
    """Run a service task that waited for a scan."""
    with transaction.atomic():
        services.serve(processes.task_by_id(task_id))


@app.task(name="remit.import", queue="imports")
def work_on_import(run_id: str, *, apply: bool, skip: bool) -> None:
    """Try a file of models out, or import it."""
    inventory.work_on_import(run_id, apply=apply, skip=skip)


@app.periodic(cron="* * * * * */2")
@app.task(name="remit.sequence", queue="ledger", queueing_lock="remit.sequence", pass_context=False)
def sequence(timestamp: int) -> None:  # noqa: ARG001 - procrastinate gives the time
    """Give new entries their place in the tree and sign a checkpoint over it."""
    if ledger.sequence():
        ledger.sign_checkpoint()


@app.periodic(cron="* * * * * */10")
@app.task(name="remit.seal", queue="store", queueing_lock="remit.seal")
def seal(timestamp: int) -> None:  # noqa: ARG001 - procrastinate gives the time
    """Seal new decision files into the ledger."""
    serving.seal_decision_files(acting_user=WORKER)


@app.periodic(cron="* * * * *")
@app.task(name="remit.strangers", queue="store", queueing_lock="remit.strangers")
def strangers(timestamp: int) -> None:  # noqa: ARG001 - procrastinate gives the time
    """Report what asked gateways, or was asked of them, that nobody has registered."""
    serving_strangers.report_strangers(acting_user=WORKER)


@app.periodic(cron="* * * * *")
@app.task(name="remit.clocks", queue="clocks", queueing_lock="remit.clocks")
def clocks(timestamp: int) -> None:  # noqa: ARG001 - procrastinate gives the time
    """Mark what time has ended: remits past their validity, tasks past their clock."""
    governance.expire_remits(acting_user=WORKER)
    lifecycle.escalate_late(acting_user=WORKER)


@app.periodic(cron="*/5 * * * *")
@app.task(name="remit.people", queue="clocks", queueing_lock="remit.people")
def people_and_attestations(timestamp: int) -> None:  # noqa: ARG001 - procrastinate gives the time
    """End emergencies and roles whose time has passed, remind owners of attestations, open what repeats."""
    people.expire_emergencies(acting_user=WORKER)
    people.expire_roles(acting_user=WORKER)
    evidence.pursue_campaigns(acting_user=WORKER)


@app.periodic(cron="* * * * * */15")
@app.task(name="remit.mend", queue="clocks", queueing_lock="remit.mend")
def mend(timestamp: int) -> None:  # noqa: ARG001 - procrastinate gives the time
    """Free what a lost worker holds: while it held a reaction, no other could run."""
    again(lost=True)


@app.periodic(cron="30 * * * *")
@app.task(name="remit.retry", queue="clocks", queueing_lock="remit.retry")
def retry(timestamp: int) -> None:  # noqa: ARG001 - procrastinate gives the time
    """Try once more what failed every time: what stopped it, a full disk for instance, may be over."""
    again(failed=True)


def again(*, lost: bool = False, failed: bool = False) -> int:
    """Queue reactions, scans and imports again and return how many.

    Args:
        lost: those that a worker began and, by its silence, will not finish.
        failed: those that failed at every attempt.
    """
    silent = clock.recorded_now() - LOST_AFTER
    begun = Q(status="doing") & (Q(worker=None) | Q(worker__last_heartbeat__lt=silent))
    wanted = [state for state, asked in ((begun, lost), (Q(status="failed"), failed)) if asked]
    asked_for = ProcrastinateJob.objects.filter(queue_name__in=("reactions", "imports", "scans")).order_by(
        "pk"
    )
    found = [job for state in wanted for job in asked_for.filter(state).values_list("pk", flat=True)]
    for job in found:
        app.job_manager.retry_job_by_id(job, retry_at=clock.recorded_now())
    return len(found)


@app.periodic(cron="0 * * * *")
@app.task(name="remit.verify", queue="ledger", queueing_lock="remit.verify")
def verify(timestamp: int) -> None:  # noqa: ARG001 - procrastinate gives the time
    """Verify the whole ledger every hour."""
    faults = ledger.verify()
    if faults:
        log.error("the ledger does not verify: %s", faults)


@app.periodic(cron="15 * * * *")
@app.task(name="remit.forget_requests", queue="clocks", queueing_lock="remit.forget_requests")
def forget_requests(timestamp: int) -> None:  # noqa: ARG001 - procrastinate gives the time
    """Remove the answers that callers of the API can no longer ask for again."""
    requests.forget()
