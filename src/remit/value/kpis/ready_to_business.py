"""FLOW-01: how long a version waits between model-ready and in business."""

from __future__ import annotations

from remit.inventory.models import Version
from remit.lifecycle import queries as lifecycle
from remit.value import rules
from remit.value.contract import Kpi, KpiValue, Scope

KPI = Kpi(
    id="FLOW-01",
    name="Time from model-ready to model-in-business",
    formula="median and p85 of (in business - declared ready), versions that arrived in the window",
    unit="days",
    better="lower",
    target="tier 1 at most 90, tier 2 at most 45, tier 3 at most 15",
    pitfall="A mean is dragged by outliers; versions that never arrive are not in it.",
)


def compute(scope: Scope) -> KpiValue:
    """Return the median, with p85 in the detail and the time by stage and role in the parts."""
    versions = Version.objects.filter(in_business_at__gte=scope.since, in_business_at__lt=scope.until)
    if scope.use_cases is not None:
        versions = versions.filter(model__use_case__in=scope.use_cases)
    times = [row for row in lifecycle.ready_to_business(versions) if row.business_at is not None]
    days = [row.days for row in times]
    middle, late = rules.percentile(days, 0.5), rules.percentile(days, 0.85)
    parts = tuple(
        {
            "version": row.version,
            "stage": part.stage,
            "role": part.role,
            "days": part.days,
            "tasks": part.tasks,
        }
        for row in times
        for part in row.by_stage
    )
    detail = f"p85 {late:.1f} days" if late is not None else ""
    return KpiValue(
        KPI, middle, n=len(days), parts=parts, detail=detail, status="measured" if days else "no data"
    )
