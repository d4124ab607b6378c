"""CST-01: what a model costs."""

from __future__ import annotations

from collections import Counter

from remit.value.contract import Kpi, KpiValue, Scope
from remit.value.models import CostEntry

KPI = Kpi(
    id="CST-01",
    name="Total cost",
    formula="sum of the recorded costs incurred in the window, of every category and phase",
    unit="money",
    better="lower",
    target="trend",
    pitfall="What nobody records costs nothing here.",
)


def compute(scope: Scope) -> KpiValue:
    """Return the sum, with the sum of each phase in the parts."""
    entries = CostEntry.objects.filter(incurred_at__gte=scope.since, incurred_at__lt=scope.until)
    if scope.use_cases is not None:
        entries = entries.filter(use_case__in=scope.use_cases)
    by_phase: Counter[str] = Counter()
    for entry in entries:
        by_phase[entry.phase] += float(entry.amount)  # type: ignore[assignment]  # a sum of money, not a count
    parts = tuple({"phase": phase, "amount": round(amount, 2)} for phase, amount in sorted(by_phase.items()))
    total = round(sum(by_phase.values()), 2)
    return KpiValue(KPI, total, n=len(entries), parts=parts, status="measured" if parts else "no data")
