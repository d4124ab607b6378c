"""What waits for a person here: records to attest, and those of their units that are late."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from remit.evidence import queries
from remit.kernel import clock
from remit.web.rooms import Ask


def asks(person: Any) -> list[Ask]:
    """Return what a person is to attest, and as head of a unit what its owners have not."""
    now = clock.now()
    own = [
        _ask(found, f"Attest {found.use_case.name}", found.campaign.name, now)
        for found in queries.asked_of(person)
    ]
    late = [
        _ask(found, f"Late: {found.use_case.owner.name} has not attested", found.use_case.name, now)
        for found in queries.escalated_to(person)
        if found.use_case.owner_id != person.pk
    ]
    return [*own, *late]


def _ask(found: Any, label: str, about: str, now: Any) -> Ask:
    href = reverse("attestations:answer", args=[found.campaign.reference, found.pk])
    due = found.campaign.due_at
    return Ask(label, about, href, icon="writing-sign", due=due, late=now > due)
