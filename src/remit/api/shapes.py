"""Shapes that several operations take or give."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from ninja import Schema
from pydantic import ConfigDict, StringConstraints

Line = Annotated[str, StringConstraints(min_length=1, max_length=120)]
Text = Annotated[str, StringConstraints(max_length=4000)]
Tag = Annotated[str, StringConstraints(min_length=1, max_length=60, pattern=r"^[^\s,][^,]*$")]


class Given(Schema):
    """What a write takes; a member that it does not know is refused, not ignored."""

    model_config = ConfigDict(extra="forbid")


class Person(Schema):
    """Somebody who answers, by name."""

    id: UUID
    name: str
    title: str
