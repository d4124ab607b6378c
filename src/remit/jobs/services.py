"""What a process may have the platform do. Each gets the service task and returns what the process reads."""

from __future__ import annotations

from typing import Any

from remit.governance import actions as governance
from remit.governance import queries as governed
from remit.governance.contract import PASSING
from remit.inventory import queries as inventory
from remit.jobs.registry import WORKER, service, service_named
from remit.kernel.problems import Conflict
from remit.lifecycle import actions as lifecycle
from remit.monitoring import queries as monitored
from remit.serving import actions as serving
from remit.serving import queries as served


def serve(task: Any) -> None:
    """Run the service of a task that is still open, and hand back what it found."""
    if task.completed_at is None:
        result = service_named(task.service)(task)
        lifecycle.complete_service(acting_user=WORKER, task_id=task.pk, result=result)


@service("evaluate_gate")
def evaluate_gate(task: Any) -> dict[str, Any]:
    """Evaluate the gate the task names for its version."""
    version = inventory.version_by_id(task.version_id)
    operation = monitored.operation(version) if task.gate == "G6" else None
    found = governance.evaluate_gate(acting_user=WORKER, version=version, gate=task.gate, operation=operation)
    passing = sum(result["status"] in PASSING for result in found.results)
    return {
        "passed": found.passed,
        "evaluation": str(found.pk),
        "says": f"{passing} of {len(found.results)} controls passed",
    }


@service("issue_remit")
def issue_remit(task: Any) -> dict[str, Any]:
    """Issue the remit in the name of the approver who signed."""
    version = inventory.version_by_id(task.version_id)
    signature = governed.latest_approvals(version).get("signature")
    if signature is None:
        raise Conflict(f"Nobody has signed {version}.")
    remit = governance.issue_remit(acting_user=signature.person, version=version)
    return {"passed": True, "remit": remit.reference, "says": f"{remit.reference} is in force"}


@service("tell_consumers")
def tell_consumers(task: Any) -> dict[str, Any]:
    """Say who asks this route, so that the owner's notice reaches them."""
    version = inventory.version_by_id(task.version_id)
    names = served.consumers_of(version.model.use_case)
    return {"passed": True, "consumers": names, "says": f"{len(names)} consumers: {', '.join(names)}"}


@service("revoke_remit")
def revoke_remit(task: Any) -> dict[str, Any]:
    """Take the version off its route and revoke what it may do."""
    version = inventory.version_by_id(task.version_id)
    serving.end_deployments(acting_user=WORKER, version=version, reason="The version is retired.")
    open_ones = [r for r in governed.remits_of(version.model.use_case) if r.version_id == version.pk]
    revoked = [
        governance.revoke_remit(acting_user=WORKER, remit=remit, reason="The version is retired.").reference
        for remit in open_ones
        if remit.state in {"in_force", "suspended"}
    ]
    return {"passed": True, "remits": revoked, "says": f"Revoked: {', '.join(revoked) or 'none in force'}"}


@service("archive_version")
def archive_version(task: Any) -> dict[str, Any]:
    """Check that everything needed to answer for the version later is kept, and say what that is."""
    version = inventory.version_by_id(task.version_id)
    files = inventory.verified_artifacts(version)
    return {
        "passed": True,
        "artifacts": len(files),
        "evidence": version.evidence.count(),
        "remits": version.remits.count(),
        "says": f"{len(files)} files hashed again and kept",
    }
