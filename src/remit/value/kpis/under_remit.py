"""RMT-01: the share of decisions made under a valid remit."""

from __future__ import annotations

from remit.governance.models import Remit
from remit.serving import decision_store
from remit.value.contract import Kpi, KpiValue, Scope
from remit.value.population import use_cases

KPI = Kpi(
    id="RMT-01",
    name="Share of decisions under a valid remit",
    formula="decisions whose remit is in the register and valid at their instant / decisions",
    unit="share",
    better="higher",
    target="1.0",
    pitfall="Decisions taken outside the gateway are not in the store and not in this share.",
)


def compute(scope: Scope) -> KpiValue:
    """Return the share, judged from the recorded decisions and the register, not from the gateway's word."""
    total = valid = 0
    for use_case in use_cases(scope):
        spans = {
            str(remit.pk): (remit.valid_from, remit.valid_until)
            for remit in Remit.objects.filter(use_case=use_case).exclude(state="draft")
        }
        for row in decision_store.rows(use_case.key, since=scope.since, until=scope.until, decided=True):
            total += 1
            start, end = spans.get(row["remit_id"], (None, None))
            valid += start is not None and start <= row["occurred_at"] < end
    share = valid / total if total else None
    return KpiValue(KPI, share, n=total, status="measured" if total else "no data")
