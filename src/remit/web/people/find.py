"""Finds people, units and groups for the palette."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from remit.people import queries
from remit.web.rooms import Hit


def find(person: Any, text: str) -> list[Hit]:
    """Return up to five people, three units and three groups whose name holds the text."""
    if not queries.may(person, "people.read"):
        return []
    people = [
        Hit(p.name, p.title or "Person", reverse("people:person", args=[p.pk]), icon="user-check")
        for p in queries.directory(text)[:5]
    ]
    units = [
        Hit(u.name, "Unit", reverse("people:unit", args=[u.pk]), icon="users")
        for u in queries.units().filter(name__icontains=text)[:3]
    ]
    groups = [
        Hit(g.name, "Group", reverse("people:group", args=[g.pk]), icon="users")
        for g in queries.groups().filter(name__icontains=text)[:3]
    ]
    return [*people, *units, *groups]
