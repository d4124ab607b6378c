"""AVL-01: whether decisions were to be had when they were asked for."""

from __future__ import annotations

from remit.serving import decision_store
from remit.value.contract import Kpi, KpiValue, Scope
from remit.value.population import use_cases

# refusals that mean "no decision was to be had", not "this request is outside the remit"
UNAVAILABLE = frozenset({"bundle", "artifact", "signature", "state", "dates", "score", "record", "fallback"})

KPI = Kpi(
    id="AVL-01",
    name="Decision availability",
    formula="1 - requests refused for want of a valid remit, artifact or record / requests",
    unit="share",
    better="higher",
    target="tier 1 at least 0.999",
    pitfall="Requests nobody sends while it is down are not counted; drills are.",
)


def compute(scope: Scope) -> KpiValue:
    """Return the share over the requests of the window."""
    asked = away = 0
    parts = []
    for use_case in use_cases(scope):
        rows = decision_store.rows(use_case.key, since=scope.since, until=scope.until)
        missing = [row for row in rows if row["status"] == "refused" and row["clause"] in UNAVAILABLE]
        asked, away = asked + len(rows), away + len(missing)
        parts += [{"at": row["occurred_at"].isoformat(), "clause": row["clause"]} for row in missing]
    value = 1 - away / asked if asked else None
    return KpiValue(KPI, value, n=asked, parts=tuple(parts), status="measured" if asked else "no data")
