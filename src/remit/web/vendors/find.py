"""Finds vendors for the palette."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from remit.inventory import queries
from remit.people.policies import policy
from remit.web.rooms import Hit


def find(person: Any, text: str) -> list[Hit]:
    """Return up to four vendors whose name holds the text."""
    found = policy("vendor").visible(person, queries.vendors().filter(name__icontains=text))[:4]
    return [
        Hit(v.name, "Vendor", reverse("vendors:vendor", args=[v.pk]), icon="building-store") for v in found
    ]
