"""What rules may read about a version: gathered here and nowhere else, so that a gate can be replayed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from remit.evidence import queries as evidence
from remit.governance import queries
from remit.inventory import queries as inventory
from remit.inventory.models import UseCase, Version
from remit.kernel import clock
from remit.kernel.problems import Broken, Unavailable

_DAY = 86_400
_NO_OPERATION: dict[str, Any] = {"serving_digest": "", "monitored_metrics": []}
_APPROVAL_KINDS = ("validation", "review", "acceptance", "signature", "self_test")


def of(
    version: Version, *, operation: Mapping[str, Any] | None = None, preview: bool = False
) -> dict[str, Any]:
    """Return the facts about a version, as JSON types.

    Args:
        version: the version a gate asks about.
        operation: what serving and monitoring know (`serving_digest`, `monitored_metrics`); gates before
            deployment do without.
        preview: for a page that only shows how it stands: files that lie elsewhere are not fetched for it.
    """
    use_case = version.model.use_case
    now = clock.now()
    return {
        "use_case": _use_case(use_case),
        "version": _version(version, preview=preview),
        "record": _record(version),
        "tier": _tier(use_case),
        "terms": _terms(version),
        "evidence": {
            kind: {
                "age_days": _age(item.produced_at, now),
                "values": item.values,
                "reference": item.reference,
            }
            for kind, item in evidence.latest_by_kind(version).items()
        },
        "approvals": _approvals(version),
        "findings": _findings(version),
        "exceptions": {"active": len(queries.exceptions_in_force(version))},
        "operation": dict(operation or _NO_OPERATION),
    }


def _age(since: datetime, now: datetime) -> float:
    return round((now - since).total_seconds() / _DAY, 2)


def _use_case(use_case: UseCase) -> dict[str, Any]:
    return {
        "key": use_case.key,
        "kind": use_case.kind,
        "tier": use_case.tier,
        "decision": use_case.decision,
        "purpose": use_case.purpose,
        "population": use_case.population,
        "value_hypothesis": use_case.value_hypothesis,
        "planned_value_a_year": float(use_case.planned_value_a_year),
        "currency": use_case.currency,
        "alternative": use_case.alternative,
        "affects_people": use_case.affects_people,
        "owner": use_case.owner.name,
        "owner_active": use_case.owner.is_active,
    }


def _version(version: Version, *, preview: bool) -> dict[str, Any]:
    columns = version.schema.get("columns", [])
    try:
        inventory.check_artifacts(version, elsewhere=not preview)
        verified = True
    except (Broken, Unavailable):
        verified = False
    asset = version.training_data
    return {
        "number": version.number,
        "kind": version.model.kind,
        "content_digest": version.content_digest,
        "artifacts": version.artifacts.count(),
        "artifacts_verified": verified,
        "inputs": [column["name"] for column in columns if column.get("role", "feature") == "feature"],
        "training_data": {
            "registered": asset is not None,
            "name": asset.name if asset else "",
            "rows": asset.rows if asset else 0,
            "licence": asset.licence if asset else "",
        },
    }


def _record(version: Version) -> dict[str, Any]:
    found = inventory.completeness_of(version.model.use_case, version.model, version)
    return {"completeness": found.percent, "missing": [asked.label for asked in found.missing]}


def _tier(use_case: UseCase) -> dict[str, Any]:
    assessment = queries.latest_tier_assessment(use_case)
    confirmed = assessment is not None and assessment.confirmed_at is not None
    return {
        "confirmed": confirmed,
        "provisional": assessment is None or assessment.provisional,
        "confirmed_by": assessment.confirmed_by.name if assessment and assessment.confirmed_by else "",
    }


def _terms(version: Version) -> dict[str, Any]:
    empty: dict[str, Any] = {
        "purposes": [],
        "population": {"description": "", "rule": ""},
        "limits": [],
        "stop_conditions": [],
        "prohibited_inputs": [],
        "fallback": {"kind": "none"},
        "valid_days": 0,
    }
    return {**empty, **version.intended_terms, "decision_rule": version.decision_rule}


def _approvals(version: Version) -> dict[str, Any]:
    latest = queries.latest_approvals(version)
    facts: dict[str, Any] = {}
    for kind in _APPROVAL_KINDS:
        row = latest.get(kind)
        if row is None:
            facts[kind] = {"decision": "", "same_content": False, "summary": "Nobody has decided yet"}
            continue
        same = row.content_digest == version.content_digest
        words = row.decision.replace("_", " ")
        facts[kind] = {
            "decision": row.decision,
            "same_content": same,
            "summary": f"{row.person.name}: {words}{'' if same else ', but of other content'}",
        }
    return facts


def _findings(version: Version) -> dict[str, int]:
    excepted = {grant.control for grant in queries.exceptions_in_force(version)}
    still_open = queries.open_findings(version)
    blocking = [f for f in still_open if f.severity in {"high", "critical"} and f.control not in excepted]
    return {"open": len(still_open), "blocking": len(blocking)}
