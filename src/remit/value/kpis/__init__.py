"""KPIs, one file each, found by discovery: `KPI` defines it and `compute(scope)` answers it."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable
from functools import cache
from importlib import import_module

from remit.value.contract import Kpi, KpiValue, Scope

Compute = Callable[[Scope], KpiValue]


@cache
def registered() -> dict[str, tuple[Kpi, Compute]]:
    """Return every KPI by id: its definition and how it is computed."""
    modules = [import_module(f"{__name__}.{found.name}") for found in pkgutil.iter_modules(__path__)]
    return {module.KPI.id: (module.KPI, module.compute) for module in modules}


def compute_all(scope: Scope) -> list[KpiValue]:
    """Return every KPI over a scope, by id."""
    return [compute(scope) for _, (_, compute) in sorted(registered().items())]
