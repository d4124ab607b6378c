"""Pure rules of the inventory, a concern a file."""

from remit.inventory.rules.entries import checked_intake, checked_schema, content_digest, slug

__all__ = ["checked_intake", "checked_schema", "content_digest", "slug"]
