"""VAL-03: what came back for what was spent."""

from __future__ import annotations

from remit.value.contract import Kpi, KpiValue, Scope
from remit.value.worth import worth

KPI = Kpi(
    id="VAL-03",
    name="Return on cost",
    formula="measured uplift per decision x decisions of the version / recorded cost, over the window",
    unit="times",
    better="higher",
    target="above 1",
    pitfall="Carries the uplift's interval; costs not recorded flatter it.",
)


def compute(scope: Scope) -> KpiValue:
    """Return value over cost, with the interval of the value."""
    found = worth(scope)
    if found.roi is None:
        return KpiValue(KPI, None, n=found.decisions, status="no data")
    low = found.low / found.cost if found.low is not None else None
    high = found.high / found.cost if found.high is not None else None
    return KpiValue(KPI, found.roi, low=low, high=high, n=found.decisions)
