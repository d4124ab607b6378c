"""The metrics, found by looking: a module of a family that holds a `METRIC` is one, and needs no list."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterable
from functools import cache
from importlib import import_module

from remit.kernel.problems import Invalid
from remit.measure.metrics.base import Metric


@cache
def registry() -> dict[str, Metric]:
    """Return every metric by name, in the order of family and name."""
    found: dict[str, Metric] = {}
    for family in pkgutil.iter_modules(__path__):
        if not family.ispkg:
            continue
        package = import_module(f"{__name__}.{family.name}")
        for module in pkgutil.iter_modules(package.__path__):
            metric: Metric = import_module(f"{package.__name__}.{module.name}").METRIC
            if (metric.family, metric.name) != (family.name, module.name):
                raise RuntimeError(f"{family.name}/{module.name}.py holds {metric.family}/{metric.name}")
            found[metric.name] = metric
    return found


def chosen(names: Iterable[str] | None) -> list[Metric]:
    """Return the named metrics; a family's name stands for all of it, None for every metric.

    Raises:
        Invalid: a name is neither a metric nor a family.
    """
    every = registry()
    if names is None:
        return list(every.values())
    families = {metric.family for metric in every.values()}
    picked: dict[str, Metric] = {}
    for name in names:
        if name not in every and name not in families:
            remedy = f"Metrics: {', '.join(every)}. Families: {', '.join(sorted(families))}."
            raise Invalid(f"There is no metric {name!r}.", fields={"metrics": name}, remedy=remedy)
        picked |= {metric.name: metric for metric in every.values() if name in {metric.name, metric.family}}
    return list(picked.values())
