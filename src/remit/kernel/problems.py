"""The error tree. Every refusal a user can meet is one of these.

    Problem
    ├── Invalid       422  the input is wrong; `fields` says where
    ├── Denied        403  this person may not do this
    ├── Unknown       404  no such thing
    ├── Conflict      409  the thing's state forbids it
    ├── Refused       403  a remit forbids it; `clause` says which
    ├── Broken        500  stored material does not verify or cannot be read
    └── Unavailable   503  a part Remit needs does not answer

The doors translate: `application/problem+json` (RFC 9457) on the API, field errors on pages,
one line and exit code 1 on the command line.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar


class Problem(Exception):
    """What is wrong (`detail`) and how to mend it (`remedy`), in plain sentences."""

    status: ClassVar[int] = 500
    title: ClassVar[str] = "Something went wrong"
    slug: ClassVar[str] = "problem"

    def __init__(self, detail: str, *, remedy: str = "", **members: Any) -> None:
        super().__init__(detail)
        self.detail = detail
        self.remedy = remedy
        self.members = members

    def __str__(self) -> str:
        return f"{self.detail} {self.remedy}".strip()

    def as_json(self, instance: str = "") -> dict[str, Any]:
        """Return the RFC 9457 object; `remedy` and the extra members are extensions."""
        body: dict[str, Any] = {
            "type": f"urn:remit:problem:{self.slug}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
        }
        if instance:
            body["instance"] = instance
        if self.remedy:
            body["remedy"] = self.remedy
        return body | self.members


class Invalid(Problem):
    """The input is wrong; `fields` maps a field name to its message."""

    status, title, slug = 422, "The input is not valid", "invalid"

    def __init__(self, detail: str, *, fields: Mapping[str, str] | None = None, remedy: str = "") -> None:
        super().__init__(detail, remedy=remedy, fields=dict(fields or {}))

    @property
    def fields(self) -> dict[str, str]:
        """Messages by field name."""
        return dict(self.members["fields"])


class Denied(Problem):
    """This person may not do this."""

    status, title, slug = 403, "Not permitted", "denied"


class Unknown(Problem):
    """There is no such thing, or it is not visible to this person."""

    status, title, slug = 404, "Not found", "unknown"


class Conflict(Problem):
    """The state of the thing forbids this."""

    status, title, slug = 409, "Not possible now", "conflict"


class Refused(Problem):
    """A remit forbids this; `clause` names the term."""

    status, title, slug = 403, "Refused by the remit", "refused"

    def __init__(self, detail: str, *, clause: str, remedy: str = "", **members: Any) -> None:
        super().__init__(detail, remedy=remedy, clause=clause, **members)

    @property
    def clause(self) -> str:
        """The remit's term that forbids it."""
        return str(self.members["clause"])


class Broken(Problem):
    """Stored material does not verify or cannot be read."""

    status, title, slug = 500, "Stored material is broken", "broken"


class Unavailable(Problem):
    """A part Remit needs does not answer."""

    status, title, slug = 503, "Not available now", "unavailable"
