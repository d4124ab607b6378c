"""FLOW-04: how often a gate passes at the first submission."""

from __future__ import annotations

from remit.ledger import queries as ledger
from remit.value.contract import Kpi, KpiValue, Scope

KPI = Kpi(
    id="FLOW-04",
    name="First-time-right rate",
    formula="versions whose first evaluation of gate G3 passed / versions evaluated at G3",
    unit="share",
    better="higher",
    target="at least 0.80",
    pitfall="A gate nobody fails tests nothing.",
)


def compute(scope: Scope) -> KpiValue:
    """Return the share over the versions first evaluated in the window."""
    first: dict[str, bool] = {}
    looked_at = None if scope.use_cases is None else {str(pk) for pk in scope.use_cases}
    for event in ledger.events("gate.evaluated", since=scope.since, until=scope.until):
        mine = looked_at is None or event.data.get("use_case") in looked_at
        if mine and event.data["gate"] == "G3":
            first.setdefault(event.data["version"], event.data["passed"])
    share = sum(first.values()) / len(first) if first else None
    return KpiValue(KPI, share, n=len(first), status="measured" if first else "no data")
