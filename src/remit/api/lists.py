"""How lists are cut into pages: after an opaque cursor, never by counting rows that were passed."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

import msgspec
from django.db.models import Q, QuerySet
from ninja import Field, Schema

from remit.kernel.problems import Invalid

T = TypeVar("T")
MOST = 200
_LONGEST = 600


class Page(Schema):
    """Which part of a list."""

    limit: int = Field(50, ge=1, le=MOST, description="How many at most.")
    cursor: str = Field("", max_length=_LONGEST, description="`next` of the page before.")


def page(rows: QuerySet[Any], asked: Page, *, by: Sequence[str]) -> dict[str, Any]:
    """Return a part of the rows and where the next one starts.

    Args:
        rows: what is listed.
        asked: which part.
        by: the fields that order the rows, the last one unique; all falling if the first starts with `-`.

    Raises:
        Invalid: the cursor is none of ours.
    """
    names = [name.removeprefix("-") for name in by]
    if asked.cursor:
        kinds = [_kind(rows, name) for name in names]
        rows = rows.filter(_after(names, opened(asked.cursor, *kinds), falling=by[0].startswith("-")))
    found = list(rows.order_by(*by)[: asked.limit + 1])
    return cut(found, asked.limit, lambda row: [_value(row, name) for name in names])


def cut(rows: Sequence[T], limit: int, key: Callable[[T], Sequence[Any]]) -> dict[str, Any]:
    """Return `limit` of the rows, of which one more was read, and where the next page starts, if any."""
    more = len(rows) > limit
    return {"items": list(rows[:limit]), "next": sealed(key(rows[limit - 1])) if more else None}


def sealed(place: Sequence[Any]) -> str:
    """Return a place in a list as a cursor."""
    text = json.dumps(list(place), default=str, separators=(",", ":"), ensure_ascii=False)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def opened(cursor: str, *kinds: type) -> list[Any]:
    """Return the place that a cursor stands for, each part as its kind.

    Raises:
        Invalid: it is none of ours.
    """
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        return [msgspec.convert(part, kind) for part, kind in zip(json.loads(text), kinds, strict=True)]
    except (ValueError, TypeError) as error:
        raise foreign_cursor() from error


def foreign_cursor() -> Invalid:
    """Return the problem of a cursor that is none of ours."""
    return Invalid(
        "The cursor is not one that this list gave.",
        fields={"cursor": "Send `next` of the page before, as it is."},
    )


def _kind(rows: QuerySet[Any], name: str) -> type:
    """Return of which kind a field's values are."""
    kinds = {"UUIDField": UUID, "DateTimeField": datetime, "BigAutoField": int}
    model = rows.model
    *way, last = name.split("__")
    for part in way:
        model = model._meta.get_field(part).related_model
    field = model._meta.pk if last == "pk" else model._meta.get_field(last)
    return kinds.get(field.get_internal_type(), str)


def _value(row: Any, name: str) -> Any:
    for part in name.split("__"):
        row = getattr(row, part)
    return row.isoformat() if isinstance(row, datetime) else row


def _after(names: Sequence[str], place: Sequence[Any], *, falling: bool) -> Q:
    """Return the filter of what comes after a place in the order of the fields."""
    further = "lt" if falling else "gt"
    rest = Q()
    for name, value in reversed(list(zip(names, place, strict=True))):
        beyond = Q(**{f"{name}__{further}": value})
        rest = beyond | (Q(**{name: value}) & rest) if rest else beyond
    return rest
