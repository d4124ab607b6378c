"""FLOW-07: how old what the champions in business were validated on is."""

from __future__ import annotations

from remit.evidence import queries as evidence
from remit.serving.models import Deployment
from remit.value import rules
from remit.value.contract import Kpi, KpiValue, Scope

KPI = Kpi(
    id="FLOW-07",
    name="Freshness of models",
    formula="median age of the newest measurement on each champion: a measured window or its test evidence",
    unit="days",
    better="lower",
    target="tier 1 at most 31",
    pitfall="Fresh measurement of an old model says that it was looked at, not that it was retrained.",
)


def compute(scope: Scope) -> KpiValue:
    """Return the median over the champions at the end of the window."""
    live = Deployment.objects.filter(variant="champion", deployed_at__lt=scope.until, ended_at=None)
    if scope.use_cases is not None:
        live = live.filter(route__use_case__in=scope.use_cases)
    ages, parts = [], []
    for deployment in live.select_related("version__model"):
        version = deployment.version
        newest = [item.produced_at for item in evidence.latest_by_kind(version).values()]
        for monitor in version.monitors.all():
            newest += [window.until for window in monitor.windows.all()]
        if newest:
            ages.append((scope.until - max(newest)).total_seconds() / 86_400)
            parts.append({"version": str(version), "days": round(ages[-1], 1)})
    return KpiValue(
        KPI,
        rules.percentile(ages, 0.5),
        n=len(ages),
        parts=tuple(parts),
        status="measured" if ages else "no data",
    )
