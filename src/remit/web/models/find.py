"""Finds models and use cases for the palette."""

from __future__ import annotations

from typing import Any

from remit.inventory import queries
from remit.web.models.listing import href
from remit.web.rooms import Hit


def find(person: Any, text: str) -> list[Hit]:
    """Return up to eight models or use cases whose name, reference, owner or regulation holds the text."""
    del person  # everybody may know which models there are
    rows = queries.listing().filter(queries.matching(text))[:8]
    return [
        Hit(
            row["model"] or row["name"], row["model_reference"] or row["reference"], href(row), icon="stack-2"
        )
        for row in rows
    ]
