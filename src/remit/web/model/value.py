"""What a model brings and costs: measured against the control arm, with its interval."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.http import HttpRequest

from remit.value import queries
from remit.value.contract import Scope
from remit.web.model.page import ModelPage, tab

_EVER = datetime(2000, 1, 1, tzinfo=UTC)


@tab("value", "Value")
def value(request: HttpRequest, page: ModelPage) -> dict[str, Any]:
    """Show the newest estimate of each version, its course over the windows, cost and return."""
    del request
    use_case = page.use_case
    estimates = [e for e in queries.estimates(use_case) if e.version.model_id == page.model.pk]
    costs = list(queries.costs(use_case))
    worth = queries.worth_of(Scope(since=_EVER, until=page.now, use_cases=frozenset({use_case.pk})))
    newest = {estimate.version_id: estimate for estimate in reversed(estimates)}
    return {
        "worth": worth,
        "roi_low": worth.low / worth.cost if worth.low is not None and worth.cost else None,
        "roi_high": worth.high / worth.cost if worth.high is not None and worth.cost else None,
        "newest": list(newest.values()),
        "estimates": estimates,
        "chart": _course([e for e in estimates if e.per_decision is not None][::-1]),
        "costs": _by_phase(costs),
        "n_costs": len(costs),
        "axis": _axis(list(newest.values())),
    }


def _course(measured: list[Any]) -> dict[str, Any] | None:
    """Return the estimates of the version measured last as the chart script draws them."""
    mine = [e for e in measured if e.version_id == measured[-1].version_id]
    if len(mine) < 2:
        return None
    last = mine[-1]
    return {
        "name": str(last.version),
        "says": f"Value a decision over {len(mine)} windows; {last.per_decision:.0f} in the last.",
        "data": {
            "name": "Value a decision",
            "format": "usd" if last.economics.currency == "USD" else "plain",
            "digits": 0,
            "x": [f"{e.window_to:%-d %b}" for e in mine],
            "y": [e.per_decision for e in mine],
            "low": [e.low for e in mine],
            "high": [e.high for e in mine],
            "n": [e.n_treated for e in mine],
            "limits": [],
        },
    }


def _by_phase(costs: list[Any]) -> list[tuple[str, Decimal, float]]:
    """Return phase and category, amount, and share of the largest."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for cost in costs:
        sums[f"{cost.phase.capitalize()}, {cost.category}"] += cost.amount
    most = max(sums.values(), default=Decimal(1)) or Decimal(1)
    return [
        (name, amount, float(amount / most))
        for name, amount in sorted(sums.items(), key=lambda item: -item[1])
    ]


def _axis(estimates: list[Any]) -> tuple[float, float] | None:
    """Return one scale for every interval, with zero on it."""
    ends = [end for e in estimates for end in (e.low, e.high) if end is not None]
    return (min(0.0, *ends), max(0.0, *ends)) if ends else None
