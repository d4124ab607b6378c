"""The tasks the worker knows; each translates to one action."""

from __future__ import annotations

import logging

from django.db import transaction
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from remit.governance import actions as governance
from remit.jobs import reactions, services
from remit.jobs.models import Reaction
from remit.jobs.registry import reactions_to
from remit.kernel import clock
from remit.ledger import actions as ledger
from remit.ledger import queries as recorded
from remit.lifecycle import actions as lifecycle
from remit.serving import actions as serving

log = logging.getLogger("remit.jobs")
WORKER = "system:worker"
DISCOVERED = (reactions, services)
RETRY = RetryStrategy(max_attempts=6, exponential_wait=2)


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
@app.task(name="remit.clocks", queue="clocks", queueing_lock="remit.clocks")
def clocks(timestamp: int) -> None:  # noqa: ARG001 - procrastinate gives the time
    """Mark what time has ended: remits past their validity, tasks past their clock."""
    governance.expire_remits(acting_user=WORKER)
    lifecycle.escalate_late(acting_user=WORKER)


@app.periodic(cron="0 * * * *")
@app.task(name="remit.verify", queue="ledger", queueing_lock="remit.verify")
def verify(timestamp: int) -> None:  # noqa: ARG001 - procrastinate gives the time
    """Verify the whole ledger every hour."""
    faults = ledger.verify()
    if faults:
        log.error("the ledger does not verify: %s", faults)
