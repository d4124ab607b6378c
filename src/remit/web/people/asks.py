"""What waits for a person here: an owner to name, an emergency to review."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from remit.inventory import queries as inventory
from remit.kernel import clock
from remit.people import queries
from remit.web.rooms import Ask


def asks(person: Any) -> list[Ask]:
    """Return the use cases to name an owner for, and the emergencies to review."""
    owners = [
        Ask(
            f"Name who answers for {case.name}",
            f"{case.owner.name} has left",
            reverse("people:appoint", args=[case.key]),
            icon="user-off",
            due=case.owner.left_at,
            late=True,
        )
        for case in inventory.to_appoint(person)
    ]
    return [*owners, *_reviews(person)]


def _reviews(person: Any) -> list[Ask]:
    now = clock.now()
    over = [e for e in queries.pressing() if e.user_id != person.pk and (e.closed_at or e.expires_at <= now)]
    if not over or not queries.may(person, "emergency.review"):
        return []
    return [
        Ask(
            f"Review the emergency of {found.user.name}",
            found.reference,
            reverse("people:emergency", args=[found.reference]),
            icon="alert-triangle",
            due=found.opened_at + queries.REVIEW_WITHIN,
            late=now > found.opened_at + queries.REVIEW_WITHIN,
        )
        for found in over
    ]
