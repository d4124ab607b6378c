"""Shapes that several operations take or give."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpResponse
from ninja import Schema
from pydantic import AwareDatetime, BeforeValidator, ConfigDict, Field, StringConstraints

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)


def _day(given: Any) -> Any:
    """Return a day that is written as RFC 3339 writes it; what it cannot be is refused further on."""
    if isinstance(given, int | float) or (isinstance(given, str) and not _DAY.fullmatch(given)):
        raise ValueError("Write the day such as 2026-03-03.")
    return given


def _instant(given: Any) -> Any:
    """Return an instant that is written as RFC 3339 writes it; what it cannot be is refused further on."""
    if isinstance(given, int | float) or (isinstance(given, str) and not _INSTANT.fullmatch(given)):
        raise ValueError("Write the instant with its time zone, such as 2026-03-03T09:30:00Z.")
    return given


# the database holds no NUL, and control characters have no place in a line
_LINE, _TEXT = r"^[^\x00-\x1f]*[^\s\x00-\x1f][^\x00-\x1f]*$", r"^[^\x00]*$"
_LABEL = r"^[^,\x00-\x1f]*[^,\s\x00-\x1f][^,\x00-\x1f]*$"
Line = Annotated[str, StringConstraints(min_length=1, max_length=120, pattern=_LINE)]
Text = Annotated[str, StringConstraints(max_length=4000, pattern=_TEXT)]
Label = Annotated[str, StringConstraints(min_length=1, max_length=60, pattern=_LABEL)]
Labels = Annotated[list[Label], Field(max_length=100)]
# pydantic takes more than the description says: seconds since 1970, midnight as a day, a space for the T
Day = Annotated[date, BeforeValidator(_day)]
Instant = Annotated[AwareDatetime, BeforeValidator(_instant)]
Amount = Annotated[Decimal, Field(ge=0, lt=10**12, decimal_places=2)]
Kind = Literal["ml", "statistical", "rules", "spreadsheet", "vendor", "llm", "agent", "composite"]


class Given(Schema):
    """What a write takes; a member that it does not know is refused, not ignored."""

    model_config = ConfigDict(extra="forbid")


class Person(Schema):
    """Somebody who answers, by name."""

    id: UUID
    name: str
    title: str


def located(response: HttpResponse, path: str) -> None:
    """Say in an answer where what was made is found."""
    response["Location"] = f"/api/v1/{path}"
