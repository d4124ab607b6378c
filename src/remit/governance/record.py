"""What a model's record says of governance: tiers, gates, approvals, findings, exceptions, remits."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from remit.governance.models import (
    Approval,
    ExceptionGrant,
    Finding,
    GateEvaluation,
    Remit,
    TierAssessment,
)
from remit.inventory.models import Model, UseCase
from remit.inventory.record import came, instant, person, until
from remit.ledger import queries as ledger

NAME = "governance"


def section(use_case: UseCase, model: Model | None, at: datetime | None) -> dict[str, list[dict[str, Any]]]:
    """Return what was decided about the use case, and about the model's versions."""
    of = {"version__model": model} if model else {"version__model__use_case": use_case}
    return {
        "tiers": [_tier(row, at) for row in _rows(TierAssessment, "assessed_at", at, use_case=use_case)],
        "gates": [_gate(row) for row in _rows(GateEvaluation, "evaluated_at", at, **of)],
        "approvals": [_approval(row) for row in _rows(Approval, "decided_at", at, **of)],
        "findings": [_finding(row, at) for row in _rows(Finding, "opened_at", at, **of)],
        "exceptions": [_exception(row, at) for row in _rows(ExceptionGrant, "requested_at", at, **of)],
        "remits": _remits(_rows(Remit, "issued_at", at, **of), at),
    }


def _rows(table: Any, since: str, at: datetime | None, **of: Any) -> Any:
    people = [f.name for f in table._meta.fields if f.is_relation and f.related_model.__name__ == "User"]
    version = ["version"] if "version" in {f.name for f in table._meta.fields} else []
    return table.objects.filter(came(since, at), **of).select_related(*people, *version).order_by(since, "pk")


def _tier(row: TierAssessment, at: datetime | None) -> dict[str, Any]:
    confirmed = until(row.confirmed_at, at)
    return {
        "tier": row.tier,
        "scheme": row.scheme_version,
        "answers": row.answers,
        "reasons": row.reasons,
        "provisional": row.provisional,
        "assessed_by": person(row.assessed_by),
        "assessed_at": instant(row.assessed_at),
        "confirmed_by": person(row.confirmed_by) if confirmed else None,
        "confirmed_at": confirmed,
    }


def _gate(row: GateEvaluation) -> dict[str, Any]:
    return {
        "version": row.version.number,
        "gate": row.gate,
        "passed": row.passed,
        "controls": [
            {name: result[name] for name in ("control", "status", "says")} for result in row.results
        ],
        "facts_sha256": row.facts_sha256,
        "content_digest": row.content_digest,
        "evaluated_at": instant(row.evaluated_at),
    }


def _approval(row: Approval) -> dict[str, Any]:
    return {
        "version": row.version.number,
        "kind": row.kind,
        "decision": row.decision,
        "conditions": row.conditions,
        "reason": row.reason,
        "person": person(row.person),
        "content_digest": row.content_digest,
        "decided_at": instant(row.decided_at),
    }


def _finding(row: Finding, at: datetime | None) -> dict[str, Any]:
    closed = until(row.closed_at, at)
    return {
        "reference": row.reference,
        "version": row.version.number,
        "control": row.control,
        "title": row.title,
        "detail": row.detail,
        "severity": row.severity,
        "owner": person(row.owner),
        "opened_at": instant(row.opened_at),
        "due_at": instant(row.due_at),
        "closed_at": closed,
        "resolution": row.resolution if closed else "",
    }


def _exception(row: ExceptionGrant, at: datetime | None) -> dict[str, Any]:
    approved = until(row.approved_at, at)
    return {
        "reference": row.reference,
        "version": row.version.number,
        "control": row.control,
        "reason": row.reason,
        "compensating_control": row.compensating_control,
        "requested_by": person(row.requested_by),
        "approved_by": person(row.approved_by) if approved else None,
        "approved_at": approved,
        "expires_at": instant(row.expires_at),
    }


def _remits(rows: Any, at: datetime | None) -> list[dict[str, Any]]:
    found = list(rows)
    before = ledger.rows_at([row.pk for row in found], at) if at else {}
    return [_remit(row, before.get(row.pk, {})) for row in found]


def _remit(row: Remit, before: dict[str, Any]) -> dict[str, Any]:
    return {
        "reference": row.reference,
        "version": row.version.number,
        "kind": row.kind,
        "state": before.get("state", row.state),
        "state_reason": before.get("state_reason", row.state_reason),
        "terms": row.terms,
        "sha256": row.sha256,
        "key_id": row.key_id,
        "accountable": person(row.accountable),
        "issued_by": person(row.issued_by),
        "issued_at": instant(row.issued_at),
        "valid_from": instant(row.valid_from),
        "valid_until": instant(row.valid_until),
    }
