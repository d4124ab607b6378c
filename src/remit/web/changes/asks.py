"""Change requests that wait for a person are among what My tasks asks of them."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from remit.inventory import queries
from remit.web.rooms import Ask


def asks(person: Any) -> list[Ask]:
    """Return an ask for each change request that this person may answer."""
    return [
        Ask(
            label=f"Answer {change.reference}: {', '.join(row[0] for row in queries.described(change))}",
            about=str(change.model or change.use_case),
            href=reverse("changes:change", args=[change.reference]),
            icon="git-pull-request",
        )
        for change in queries.waiting_for(person)
    ]
