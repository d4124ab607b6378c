"""The story's result as one JSON document, read back from the database and the decision store."""

from __future__ import annotations

import time
from collections import Counter
from datetime import timedelta
from typing import Any

from demo import mortgages
from demo.story.stage import Stage
from remit.governance import queries as governed
from remit.inventory import queries as inventory
from remit.inventory import search
from remit.kernel import clock
from remit.ledger import actions as ledger
from remit.ledger import queries as recorded
from remit.monitoring import queries as monitored
from remit.serving import actions as serving
from remit.serving import decision_store
from remit.value import queries as value
from remit.value.contract import KpiValue, Scope


def of(stage: Stage, use_case: Any, parts: dict[str, Any], told: dict[str, Any]) -> dict[str, Any]:
    """Return the document and a summary table of it."""
    serving.seal_decision_files(acting_user="system:worker")
    while ledger.sequence():
        pass
    ledger.sign_checkpoint()
    begun = time.perf_counter()
    faults = ledger.verify()
    stage.timings["ledger_verified"] = time.perf_counter() - begun
    use_case = inventory.use_case_by_id(use_case.pk)
    scope = Scope(
        since=use_case.filed_at, until=clock.now() + timedelta(seconds=1), use_cases=frozenset({use_case.pk})
    )
    versions = list(inventory.versions_of(use_case))
    document = {
        "data": {
            name: mortgages.by_group(rows)
            for name, rows in {**parts, "all": list(mortgages.applications())}.items()
        },
        "inventory": _inventory(versions),
        "use_case": _use_case(use_case),
        "tier": _tier(use_case),
        "versions": [_version(version) for version in versions],
        "metrics": [row for version in versions for row in _metrics(version)],
        "gates": [row for version in versions for row in _gates(version)],
        "findings": [_finding(finding) for finding in governed.findings_of(use_case)],
        "refusals": stage.refusals,
        "remits": [_remit(remit) for remit in governed.remits_of(use_case)],
        "decisions": _decisions(use_case),
        "alarms": [_alarm(alarm, told) for alarm in monitored.alarms(use_case)],
        "value": [_estimate(estimate) for estimate in value.estimates(use_case)],
        "cost": [_cost(entry) for entry in value.costs(use_case)],
        "kpis": [_kpi(found) for found in value.all_kpis(scope)],
        "retirement": _retirement(use_case, told, scope),
        "ledger": _ledger(faults),
        "timings": {name: round(seconds, 2) for name, seconds in stage.timings.items()},
    }
    return {"document": document, "summary": _summary(document)}


def review(use_case: Any, version: Any) -> str:
    """Say what a retired version brought over its life, against the plan."""
    scope = Scope(since=use_case.filed_at, until=clock.now(), use_cases=frozenset({use_case.pk}))
    worth = value.worth_of(scope)
    mine = [e for e in value.estimates(use_case) if e.version_id == version.pk and e.per_decision is not None]
    brought = (
        f"{mine[0].per_decision:.0f} a decision, {mine[0].low:.0f} to {mine[0].high:.0f}"
        if mine
        else "not measured"
    )
    return (
        f"Life to date: {version} brought {brought}, against the grid; the use case {worth.value or 0:.0f}"
        f" {worth.currency} at a cost of {worth.cost:.0f}. Planned: {use_case.planned_value_a_year} a year."
        " Lesson for the next idea: a remit that ends needs a renewal task before its last week."
    )


def _inventory(versions: list[Any]) -> dict[str, Any]:
    """How many models there are, by view; and of the past, who was in business on days that mattered."""
    counted = search.counts(search.Search(), units=None)
    days = sorted(v.in_business_at for v in versions if v.in_business_at)
    return {
        "models": counted.total,
        "views": {search.VIEWS[key].label: n for key, n in counted.views.items()},
        "in_business_on": [
            {"day": day, "version": then.version_number, "owner": then.owner_name, "remit": then.remit_number}
            for day in days
            for then in search.rows(search.Search(), units=None, at=day + timedelta(hours=1)).filter(
                use_case=versions[0].model.use_case_id
            )
        ],
    }


def _use_case(use_case: Any) -> dict[str, Any]:
    return {
        "reference": use_case.reference,
        "key": use_case.key,
        "name": use_case.name,
        "owner": use_case.owner.name,
        "purpose": use_case.purpose,
        "planned_value_a_year": float(use_case.planned_value_a_year),
        "currency": use_case.currency,
        "filed_at": use_case.filed_at,
    }


def _tier(use_case: Any) -> dict[str, Any]:
    found = governed.latest_tier_assessment(use_case)
    return {
        "tier": found.tier,
        "axes": found.axes,
        "reasons": found.reasons,
        "answers": found.answers,
        "assessed_by": found.assessed_by.name,
        "confirmed_by": found.confirmed_by.name,
    }


def _version(version: Any) -> dict[str, Any]:
    return {
        "model": version.model.reference,
        "version": version.number,
        "summary": version.summary,
        "stage": version.stage,
        "developer": version.developer.name,
        "content_digest": version.content_digest,
        "decision_rule": version.decision_rule,
        "artifacts": {a.name: a.sha256 for a in version.artifacts.order_by("name")},
        "ready_at": version.ready_at,
        "in_business_at": version.in_business_at,
        "retired_at": version.retired_at,
    }


def _metrics(version: Any) -> list[dict[str, Any]]:
    kept = ("metric", "segment", "window", "value", "low", "high", "n", "status")
    rows = [row for item in version.evidence.order_by("produced_at") for row in item.rows]
    rows += [row for window in monitored.windows(version) for row in window.results]
    return [{"version": version.number, "column": row["column"], **{k: row[k] for k in kept}} for row in rows]


def _gates(version: Any) -> list[dict[str, Any]]:
    return [
        {
            "version": version.number,
            "gate": found.gate,
            "passed": found.passed,
            "at": found.evaluated_at,
            "results": [{k: r[k] for k in ("control", "status", "says")} for r in found.results],
        }
        for found in governed.gate_evaluations(version)
    ]


def _finding(finding: Any) -> dict[str, Any]:
    return {
        "reference": finding.reference,
        "version": finding.version.number,
        "control": finding.control,
        "title": finding.title,
        "severity": finding.severity,
        "owner": finding.owner.name,
        "opened_at": finding.opened_at,
        "due_at": finding.due_at,
        "closed_at": finding.closed_at,
        "resolution": finding.resolution,
    }


def _remit(remit: Any) -> dict[str, Any]:
    return {
        "reference": remit.reference,
        "version": remit.version.number,
        "kind": remit.kind,
        "state": remit.state,
        "valid_from": remit.valid_from,
        "valid_until": remit.valid_until,
        "accountable": remit.accountable.name,
        "issued_by": remit.issued_by.name,
        "sha256": remit.sha256,
        "key_id": remit.key_id,
    }


def _decisions(use_case: Any) -> dict[str, Any]:
    rows = decision_store.rows(use_case.key)
    decided = [row for row in rows if row["status"] == "decided"]
    times = sorted(row["total_us"] for row in decided)
    return {
        "asked": len(rows),
        "decided": len(decided),
        "refused": len(rows) - len(decided),
        "actions": dict(Counter(row["action"] for row in decided)),
        "by_variant": dict(Counter(f"{row['version']} {row['variant']}" for row in decided)),
        "refused_by_clause": dict(Counter(row["clause"] for row in rows if row["status"] == "refused")),
        "with_outcome": sum(row["label"] is not None for row in decided),
        "milliseconds": {
            "median": times[len(times) // 2] / 1000,
            "p95": times[int(len(times) * 0.95)] / 1000,
        },
    }


def _alarm(alarm: Any, told: dict[str, Any]) -> dict[str, Any]:
    return {
        "reference": alarm.reference,
        "version": alarm.monitor.version.number,
        "window": alarm.window.label,
        "says": alarm.says,
        "value": alarm.value,
        "limit": alarm.limit,
        "owner": alarm.owner.name,
        "opened_at": alarm.opened_at,
        "closed_at": alarm.closed_at,
        "actions_while_open": told["after_alarm"],
    }


def _estimate(estimate: Any) -> dict[str, Any]:
    return {
        "version": estimate.version.number,
        "control": estimate.control,
        "window_from": estimate.window_from,
        "window_to": estimate.window_to,
        "n_treated": estimate.n_treated,
        "n_control": estimate.n_control,
        "per_decision": estimate.per_decision,
        "low": estimate.low,
        "high": estimate.high,
        "decisions": estimate.decisions,
        "status": estimate.status,
        "payoffs": estimate.economics.payoffs,
        "source": estimate.economics.source,
    }


def _cost(entry: Any) -> dict[str, Any]:
    return {
        "category": entry.category,
        "phase": entry.phase,
        "amount": float(entry.amount),
        "currency": entry.currency,
        "quantity": float(entry.quantity),
        "unit": entry.unit,
        "source": entry.source,
        "incurred_at": entry.incurred_at,
    }


def _kpi(found: KpiValue) -> dict[str, Any]:
    return {
        "id": found.kpi.id,
        "name": found.kpi.name,
        "value": found.value,
        "low": found.low,
        "high": found.high,
        "n": found.n,
        "unit": found.kpi.unit,
        "target": found.kpi.target,
        "status": found.status,
        "detail": found.detail,
        "parts": list(found.parts),
    }


def _retirement(use_case: Any, told: dict[str, Any], scope: Scope) -> dict[str, Any]:
    worth = value.worth_of(scope)
    return {
        "process": told["retirement"],
        "version": told["first"]["version"].number,
        "seconds_until_the_gateway_refused": round(told["revocation_seconds"], 3),
        "review": review(use_case, told["first"]["version"]),
        "value_life_to_date": worth.value,
        "low": worth.low,
        "high": worth.high,
        "cost_life_to_date": worth.cost,
        "planned_value_a_year": float(use_case.planned_value_a_year),
    }


def _ledger(faults: list[str]) -> dict[str, Any]:
    state = recorded.state()
    return {
        "entries": state.size,
        "root": state.root,
        "key_id": state.key_id,
        "checkpoint_signed_at": state.signed_at,
        "faults": faults,
        "verified": not faults,
    }


def _summary(document: dict[str, Any]) -> dict[str, str]:
    decisions, value_rows = (
        document["decisions"],
        [v for v in document["value"] if v["per_decision"] is not None],
    )
    kpis = {found["id"]: found for found in document["kpis"]}
    newest = value_rows[0] if value_rows else None
    worth = (
        f"{newest['per_decision']:.0f} a decision, interval {newest['low']:.0f} to {newest['high']:.0f} ({newest['version']})"
        if newest
        else "not measured"
    )
    failed = [g for g in document["gates"] if not g["passed"]]
    views = document["inventory"]["views"]
    return {
        "Inventory": f"{document['inventory']['models']} models, {views['In business without a remit']} in business without a remit, {views['Incomplete']} incomplete",
        "Use case": f"{document['use_case']['name']}, {document['tier']['tier']}, {document['use_case']['owner']} answers",
        "Versions": ", ".join(f"{v['version']} {v['stage'].replace('_', ' ')}" for v in document["versions"]),
        "Gates": f"{len(document['gates'])} evaluated, {len(failed)} failed and were answered",
        "Remits": ", ".join(f"{r['reference']} {r['state'].replace('_', ' ')}" for r in document["remits"]),
        "Decisions": f"{decisions['decided']} over HTTP, {decisions['refused']} refused, p95 {decisions['milliseconds']['p95']:.1f} ms",
        "Alarms": f"{len(document['alarms'])}; while open: {document['alarms'][0]['actions_while_open'] if document['alarms'] else {}}",
        "Value": worth,
        "Cost": f"{kpis['CST-01']['value']:.0f} {document['use_case']['currency']}",
        "Return": f"{kpis['VAL-03']['value']:.1f}x"
        if kpis["VAL-03"]["value"] is not None
        else "not measured",
        "Ready to business": f"{kpis['FLOW-01']['value']:.0f} days, median",
        "Availability": f"{kpis['AVL-01']['value']:.1%}",
        "Under a valid remit": f"{kpis['RMT-01']['value']:.1%}",
        "Retired version refused after": f"{document['retirement']['seconds_until_the_gateway_refused']:.2f} s",
        "Ledger": f"{document['ledger']['entries']} entries, {'verified' if document['ledger']['verified'] else document['ledger']['faults'][0]}",
    }
