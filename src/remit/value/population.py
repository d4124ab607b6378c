"""Which use cases a KPI looks at."""

from __future__ import annotations

from remit.inventory.models import UseCase
from remit.value.contract import Scope


def use_cases(scope: Scope) -> list[UseCase]:
    """Return the scope's use cases."""
    found = UseCase.objects.all()
    return list(found if scope.use_cases is None else found.filter(pk__in=scope.use_cases))
