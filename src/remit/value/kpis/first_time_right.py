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
    for event in ledger.events("gate.evaluated", since=scope.since, until=scope.until):
        mine = scope.use_case is None or event.data.get("use_case") == str(scope.use_case.pk)
        if mine and event.data["gate"] == "G3":
            first.setdefault(event.data["version"], event.data["passed"])
    share = sum(first.values()) / len(first) if first else None
    return KpiValue(KPI, share, n=len(first), status="measured" if first else "no data")
