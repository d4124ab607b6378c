"""Finds a decision by its id for the palette."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.urls import reverse

from remit.kernel.problems import Denied, Unknown
from remit.serving import queries
from remit.web.decisions import words
from remit.web.rooms import Hit


def find(person: Any, text: str) -> list[Hit]:
    """Return the decision with this id, if the person may read it."""
    try:
        use_case, row = queries.find_decision(person, UUID(text))
    except (ValueError, Unknown, Denied):
        return []
    label = f"{words.outcome(row)} {row['subject'] or row['decision_id']}"
    href = reverse("decisions:decision", args=[row["decision_id"]])
    return [Hit(label, use_case.name, href, icon="arrows-split-2")]
