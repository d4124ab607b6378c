"""Approvals: a person's judgement of exactly one content digest."""

from __future__ import annotations

from remit.governance.models import APPROVAL_KINDS, DECISIONS, Approval
from remit.inventory.models import Version
from remit.kernel import clock
from remit.kernel.problems import Invalid
from remit.ledger.capture import action, emit
from remit.people import queries as people
from remit.people.models import User


@action("approval.record")
def record_approval(
    *,
    acting_user: User,
    version: Version,
    kind: str,
    decision: str,
    reason: str,
    conditions: str = "",
) -> Approval:
    """Record what a person decides about a version as it is now.

    Raises:
        Denied: the person lacks the role, built the version, or owns the use case.
        Invalid: the kind or decision is unknown, no reason is given, or conditions are missing.
    """
    use_case = version.model.use_case
    fields: dict[str, str] = {}
    if kind not in dict(APPROVAL_KINDS):
        fields["kind"] = f"Choose one of: {', '.join(dict(APPROVAL_KINDS))}."
    if decision not in dict(DECISIONS):
        fields["decision"] = f"Choose one of: {', '.join(dict(DECISIONS))}."
    if not reason.strip():
        fields["reason"] = "Give your reason in a sentence; it is kept with your decision."
    if decision == "approve_with_conditions" and not conditions.strip():
        fields["conditions"] = "Say which conditions."
    if fields:
        raise Invalid("The decision cannot be recorded.", fields=fields)
    people.require(acting_user, f"approval.{kind}", unit=use_case.unit, subject=use_case.pk)
    answering = {"develop": version.developer_id, "own": use_case.owner_id}
    people.require_apart(acting_user, kind, answering)
    approval = Approval.objects.create(
        version=version,
        kind=kind,
        decision=decision,
        conditions=conditions.strip(),
        reason=reason.strip(),
        content_digest=version.content_digest,
        person=acting_user,
        developer=version.developer,
        owner=use_case.owner,
        decided_at=clock.now(),
    )
    emit(
        "approval.recorded", approval, version=version.pk, use_case=use_case.pk, kind=kind, decision=decision
    )
    return approval
