"""What people look like to other parts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Role:
    """A duty somebody holds; `line` is 1, 2, 3, oversight or - for none."""

    id: str
    name: str
    line: str
    duty: str


@dataclass(frozen=True, slots=True)
class Grant:
    """A role that somebody holds at an instant, where, until when, and by what.

    `unit` is where it was given (None: everywhere, or one use case), `units` every unit it reaches.
    `via` is own, group, deputy or emergency, and `of` names the group or the person stood in for.
    """

    role: str
    unit: UUID | None
    units: frozenset[UUID] | None
    subject: UUID | None
    ends: datetime | None
    via: str
    of: str

    def reaches(self, unit: UUID | None, subject: UUID | None) -> bool:
        """Tell whether it holds in a unit and for a use case; with neither, whether it holds anywhere."""
        if unit is None and subject is None:
            return True
        if self.subject is not None:
            return self.subject == subject
        return self.units is None or unit in self.units


@dataclass(frozen=True, slots=True)
class Apart:
    """Duties that one person does not do together on one subject: `others` after `first`."""

    scope: str
    first: str
    others: tuple[str, ...]
    says: str


@dataclass(frozen=True, slots=True)
class Incompatible:
    """Roles that nobody holds together."""

    first: str
    others: tuple[str, ...]
    says: str
