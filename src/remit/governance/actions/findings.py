"""Findings: opened by people or gates, closed by somebody else than their owner."""

from __future__ import annotations

from datetime import datetime

from remit.governance.models import SEVERITIES, Finding
from remit.inventory.models import Version
from remit.kernel import clock
from remit.kernel.problems import Conflict, Invalid
from remit.ledger.capture import action, actor_of, emit
from remit.ledger.numbering import next_number
from remit.people import queries as people
from remit.people.models import User


@action("finding.open")
def open_finding(
    *,
    acting_user: User | str,
    version: Version,
    control: str,
    title: str,
    detail: str,
    severity: str,
    owner: User,
    due_at: datetime,
) -> Finding:
    """Open a finding; the open one on the same control is returned if there is one.

    Raises:
        Denied: the person may not open findings in this unit.
        Invalid: the severity is unknown, or it is due in the past.
    """
    use_case = version.model.use_case
    people.require(acting_user, "finding.open", unit=use_case.unit, subject=use_case.pk)
    fields: dict[str, str] = {}
    if severity not in dict(SEVERITIES):
        fields["severity"] = f"Choose one of: {', '.join(dict(SEVERITIES))}."
    if due_at <= clock.now():
        fields["due_at"] = "Choose a day to come."
    if fields:
        raise Invalid("The finding cannot be opened.", fields=fields)
    return record(
        version,
        control=control,
        title=title,
        detail=detail,
        severity=severity,
        owner=owner,
        opened_by=actor_of(acting_user),
        due_at=due_at,
    )


def record(
    version: Version,
    *,
    control: str,
    title: str,
    detail: str,
    severity: str,
    owner: User,
    opened_by: str,
    due_at: datetime,
) -> Finding:
    """Write a finding within the action that found it, or return the open one on the same control."""
    existing = Finding.objects.filter(version=version, control=control, closed_at=None).first()
    if existing is not None:
        return existing
    use_case = version.model.use_case
    finding = Finding.objects.create(
        reference=next_number("FND"),
        use_case=use_case,
        version=version,
        control=control,
        title=title,
        detail=detail,
        severity=severity,
        owner=owner,
        opened_by=opened_by,
        opened_at=clock.now(),
        due_at=due_at,
    )
    emit("finding.opened", finding, version=version.pk, use_case=use_case.pk, control=control)
    return finding


@action("finding.close")
def close_finding(
    *, acting_user: User, finding: Finding, resolution: str, answered_by: Version | None = None
) -> Finding:
    """Close a finding with what mended it.

    Raises:
        Denied: the person may not close findings, is to mend this one, built it or answers for it.
        Conflict: it is closed already.
        Invalid: no resolution is given.
    """
    people.require(acting_user, "finding.close", unit=finding.use_case.unit, subject=finding.use_case.pk)
    people.require_apart(
        acting_user,
        "close_finding",
        {
            "own_finding": finding.owner_id,
            "develop": finding.version.developer_id,
            "own": finding.use_case.owner_id,
        },
    )
    if finding.closed_at is not None:
        raise Conflict(f"{finding.reference} was closed on {finding.closed_at:%d %b %Y}.")
    if not resolution.strip():
        raise Invalid("A finding closes with a resolution.", fields={"resolution": "Say what mended it."})
    finding.closed_at = clock.now()
    finding.closed_by = acting_user
    finding.resolution = resolution.strip()
    finding.answered_by = answered_by
    finding.save(update_fields=["closed_at", "closed_by", "resolution", "answered_by"])
    emit("finding.closed", finding, version=finding.version_id, use_case=finding.use_case_id)
    return finding
