"""How lists are cut into pages."""

from __future__ import annotations

from typing import Any, TypeVar

from django.db.models import QuerySet
from ninja import Field, Schema

T = TypeVar("T")
MOST = 200


class Page(Schema):
    """Which part of a list."""

    limit: int = Field(50, ge=1, le=MOST, description="How many at most.")
    offset: int = Field(0, ge=0, le=1_000_000, description="How many to leave out at the start.")


def page(rows: QuerySet[Any], asked: Page) -> dict[str, Any]:
    """Return a part of the rows, and how many there are in all."""
    return {"items": list(rows[asked.offset : asked.offset + asked.limit]), "count": rows.count()}


def keyset(rows: list[T], limit: int, key: str) -> dict[str, Any]:
    """Return `limit` rows of the one more that were read, and where the next page starts, if there is one."""
    shown = rows[:limit]
    last = shown[-1] if shown and len(rows) > limit else None
    after = last[key] if isinstance(last, dict) else getattr(last, key, None)
    return {"items": shown, "next": None if after is None else str(after)}
