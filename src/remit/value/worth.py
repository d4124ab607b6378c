"""What use cases brought and cost, summed from estimates and cost entries; KPIs and queries read it."""

from __future__ import annotations

from django.db.models import Sum

from remit.value.contract import Scope, Worth
from remit.value.models import CostEntry, Estimate


def latest_estimate(scope: Scope) -> Estimate | None:
    """Return the newest estimate whose window ends within the scope."""
    found = Estimate.objects.filter(window_to__gte=scope.since, window_to__lte=scope.until)
    if scope.use_cases is not None:
        found = found.filter(use_case__in=scope.use_cases)
    return found.select_related("version__model").order_by("-window_to", "-estimated_at").first()


def worth(scope: Scope) -> Worth:
    """Return what the use cases brought and cost: the newest estimate of each version times its decisions.

    An estimate whose interval cannot be stated brings nothing to the sum, and leaves it without one.
    """
    found = Estimate.objects.filter(window_to__gte=scope.since, window_to__lte=scope.until)
    entries = CostEntry.objects.filter(incurred_at__gte=scope.since, incurred_at__lt=scope.until)
    if scope.use_cases is not None:
        found = found.filter(use_case__in=scope.use_cases)
        entries = entries.filter(use_case__in=scope.use_cases)
    newest = list(
        found.filter(status="measured").order_by("version", "-window_to", "-estimated_at").distinct("version")
    )
    cost = float(entries.aggregate(total=Sum("amount"))["total"] or 0)
    decisions = sum(estimate.decisions for estimate in newest)
    if not newest:
        return Worth(None, None, None, cost, 0, "USD")
    # the arms share the control, so the reach of the sum is bounded by the sum of the reaches
    total = sum((e.per_decision or 0.0) * e.decisions for e in newest)
    low = sum((e.low or 0.0) * e.decisions for e in newest)
    high = sum((e.high or 0.0) * e.decisions for e in newest)
    return Worth(total, low, high, cost, decisions, newest[0].economics.currency)
