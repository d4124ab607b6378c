"""Reads of value."""

from __future__ import annotations

from django.db.models import QuerySet

from remit.inventory.models import UseCase
from remit.value import kpis, worth
from remit.value.contract import KpiValue, Scope, Worth
from remit.value.models import CostEntry, Estimate


def estimates(use_case: UseCase) -> QuerySet[Estimate]:
    """Return every estimate of a use case, the latest window first."""
    found = Estimate.objects.filter(use_case=use_case).select_related(
        "version__model", "economics__stated_by"
    )
    return found.order_by("-window_to", "-estimated_at")


def costs(use_case: UseCase) -> QuerySet[CostEntry]:
    """Return the recorded costs of a use case, the latest first."""
    return (
        CostEntry.objects.filter(use_case=use_case).select_related("version__model").order_by("-incurred_at")
    )


def worth_of(scope: Scope) -> Worth:
    """Return what a use case brought and cost over a window."""
    return worth.worth(scope)


def all_kpis(scope: Scope) -> list[KpiValue]:
    """Return every KPI over a scope."""
    return kpis.compute_all(scope)
