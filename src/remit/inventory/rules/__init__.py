"""Pure rules of the inventory, a concern a file."""

from remit.inventory.rules.entries import (
    WITHOUT_COLUMNS,
    checked_intake,
    checked_schema,
    content_digest,
    slug,
)

__all__ = ["WITHOUT_COLUMNS", "checked_intake", "checked_schema", "content_digest", "slug"]
