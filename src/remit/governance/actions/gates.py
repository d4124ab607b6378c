"""Gate evaluations: every control of the gate over the facts of the day, recorded whole."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from remit.governance.contract import ControlResult
from remit.governance.evaluation import evaluated
from remit.governance.models import Finding, GateEvaluation
from remit.governance.rules import controls
from remit.inventory.models import Version
from remit.kernel import clock
from remit.ledger.capture import action, actor_of, emit
from remit.ledger.numbering import next_number
from remit.people import queries as people
from remit.people.models import User
from remit.proof import canonical

DUE_DAYS = {"critical": 5, "high": 10, "medium": 30, "low": 90}


@action("gate.evaluate")
def evaluate_gate(
    *,
    acting_user: User | str,
    version: Version,
    gate: str,
    operation: Mapping[str, Any] | None = None,
) -> GateEvaluation:
    """Evaluate a gate. What fails opens a finding, or keeps the open one; nothing is closed by passing.

    Raises:
        Denied: the person may not evaluate gates in this unit.
        Invalid: there is no such gate.
    """
    use_case = version.model.use_case
    people.require(acting_user, "gate.evaluate", unit=use_case.unit)
    facts, results = evaluated(version, gate, operation=operation)
    evaluation = GateEvaluation.objects.create(
        version=version,
        gate=gate,
        passed=all(result.passes for result in results),
        results=[result.as_dict() for result in results],
        facts=facts,
        facts_sha256=canonical.digest(facts),
        library_sha256=controls.library_digest(),
        content_digest=version.content_digest,
        evaluated_at=clock.now(),
    )
    for result in results:
        if not result.passes and result.severity != "low":
            _open_finding(version, result, opened_by=actor_of(acting_user))
    emit(
        "gate.evaluated",
        evaluation,
        version=version.pk,
        use_case=use_case.pk,
        gate=gate,
        passed=evaluation.passed,
        failing=[result.control for result in results if not result.passes],
    )
    return evaluation


def _open_finding(version: Version, result: ControlResult, *, opened_by: str) -> None:
    """Open a finding for what fails by itself; what only waits for a person is a task, not a finding."""
    if result.control in {"RC-30", "RC-31", "RC-32", "RC-33"}:
        return
    if Finding.objects.filter(version=version, control=result.control, closed_at=None).exists():
        return
    use_case = version.model.use_case
    now = clock.now()
    owner = version.developer if result.owner_role == "model_developer" else _answerer(version, result)
    finding = Finding.objects.create(
        reference=next_number("FND"),
        use_case=use_case,
        version=version,
        control=result.control,
        title=result.title,
        detail=f"{result.says} {result.remedy}",
        severity=result.severity,
        owner=owner,
        opened_by=opened_by,
        opened_at=now,
        due_at=now + timedelta(days=DUE_DAYS[result.severity]),
    )
    emit("finding.opened", finding, version=version.pk, use_case=use_case.pk, control=result.control)


def _answerer(version: Version, result: ControlResult) -> User:
    use_case = version.model.use_case
    holders = people.holders(result.owner_role, unit=use_case.unit)
    return holders[0] if holders else use_case.owner
