"""Gate evaluations: every control of the gate over the facts of the day, recorded whole."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from remit.governance.actions import findings
from remit.governance.contract import ControlResult
from remit.governance.evaluation import evaluated
from remit.governance.models import GateEvaluation
from remit.governance.rules import controls
from remit.inventory.models import Version
from remit.kernel import clock
from remit.ledger.capture import action, actor_of, emit
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
    people.require(acting_user, "gate.evaluate", unit=use_case.unit, subject=use_case.pk)
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
    tasks_only = {control.id for control in controls.library() if not control.finding}
    for result in results:
        if not result.passes and result.severity != "low" and result.control not in tasks_only:
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
    findings.record(
        version,
        control=result.control,
        title=result.title,
        detail=f"{result.says} {result.remedy}",
        severity=result.severity,
        owner=_answerer(version, result),
        opened_by=opened_by,
        due_at=clock.now() + timedelta(days=DUE_DAYS[result.severity]),
    )


def _answerer(version: Version, result: ControlResult) -> User:
    if result.owner_role == "model_developer":
        return version.developer
    use_case = version.model.use_case
    holders = people.holders(result.owner_role, unit=use_case.unit, subject=use_case.pk)
    return holders[0] if holders else use_case.owner
