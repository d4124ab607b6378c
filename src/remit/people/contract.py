"""What people look like to other parts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Role:
    """A duty somebody holds; `line` is 1, 2, 3 or oversight."""

    id: str
    name: str
    line: str
    duty: str
