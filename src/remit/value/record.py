"""What a model's record says of its worth: what it cost, and what was measured of what it brought."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Sum

from remit.inventory.models import Model, UseCase
from remit.inventory.record import came, instant
from remit.value.models import CostEntry, Estimate

NAME = "value"


def section(use_case: UseCase, model: Model | None, at: datetime | None) -> dict[str, list[dict[str, Any]]]:
    """Return the use case's costs by category and phase, and the estimates on the model's versions."""
    costs = CostEntry.objects.filter(came("incurred_at", at), use_case=use_case)
    estimates = Estimate.objects.filter(came("estimated_at", at), use_case=use_case)
    if model is not None:
        estimates = estimates.filter(version__model=model)
    sums = costs.values("category", "phase", "currency").annotate(amount=Sum("amount"))
    return {
        "costs": [
            row | {"amount": f"{row['amount']:.2f}"} for row in sums.order_by("phase", "category", "currency")
        ],
        "estimates": [
            {
                "version": row.version.number,
                "control": row.control,
                "window_from": instant(row.window_from),
                "window_to": instant(row.window_to),
                "decisions": row.decisions,
                "per_decision": row.per_decision,
                "low": row.low,
                "high": row.high,
                "status": row.status,
                "estimated_at": instant(row.estimated_at),
            }
            for row in estimates.select_related("version").order_by("window_to", "pk")
        ],
    }
