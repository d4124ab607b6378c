"""When people leave or owners change, what waited for them waits for whoever is next."""

from __future__ import annotations

from typing import Any

from remit.inventory import queries as inventory
from remit.jobs.registry import WORKER, on
from remit.lifecycle import actions as lifecycle


@on("person.left")
def release(event: Any) -> None:
    """The open tasks of somebody who has left go back to the queues of their roles."""
    lifecycle.release_tasks(acting_user=WORKER, of=event.subject_id)


@on("use_case.owner_appointed", "use_case.edited")
def follow(event: Any) -> None:
    """The open tasks of an owner follow the use case to its next one."""
    lifecycle.follow_owner(acting_user=WORKER, use_case=inventory.use_case_by_id(event.subject_id))
