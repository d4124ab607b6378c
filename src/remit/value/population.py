"""Which use cases a KPI looks at."""

from __future__ import annotations

from remit.inventory.models import UseCase
from remit.value.contract import Scope


def use_cases(scope: Scope) -> list[UseCase]:
    """Return the scope's use case, or all of them."""
    return [scope.use_case] if scope.use_case is not None else list(UseCase.objects.all())
