"""VAL-01: what a decision by the model brings against the control drawn at random beside it."""

from __future__ import annotations

from remit.value.contract import Kpi, KpiValue, Scope
from remit.value.worth import latest_estimate

KPI = Kpi(
    id="VAL-01",
    name="Measured uplift per decision",
    formula="mean worth of decisions drawn to the model - mean worth of decisions drawn to the control",
    unit="money per decision",
    better="higher",
    target="interval above 0",
    pitfall="Holds for the window and the payoffs stated; many windows looked at make one of them look good.",
)


def compute(scope: Scope) -> KpiValue:
    """Return the newest estimate of the window, with its interval."""
    found = latest_estimate(scope)
    if found is None or found.per_decision is None:
        return KpiValue(KPI, None, status="no data")
    return KpiValue(
        KPI,
        found.per_decision,
        low=found.low,
        high=found.high,
        n=found.n_treated + found.n_control,
        status=found.status,
        detail=f"{found.version} against {found.control}",
    )
