"""Finds my open tasks for the palette."""

from __future__ import annotations

from typing import Any

from remit.lifecycle import queries
from remit.web.rooms import Hit


def find(person: Any, text: str) -> list[Hit]:
    """Return up to five of my open tasks whose title, use case or reference holds the text."""
    wanted = text.casefold()
    tasks = queries.my_tasks(person)
    fitting = [t for t in tasks if wanted in f"{t.title} {t.use_case} {t.reference}".casefold()][:5]
    return [
        Hit(
            f"{t.title}, {t.use_case} {t.version}".strip(),
            t.reference,
            f"/tasks/{t.reference}/",
            icon="checkbox",
        )
        for t in fitting
    ]
