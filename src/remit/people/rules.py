"""Who may do what: pure rules over roles, read from `data/`."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path

import yaml

from remit.people.contract import Role

_DATA = Path(__file__).parent / "data"


@cache
def roles() -> dict[str, Role]:
    """Return every role by id."""
    rows = yaml.safe_load((_DATA / "roles.yaml").read_text(encoding="utf-8"))
    return {row["id"]: Role(**row) for row in rows}


@cache
def permissions() -> dict[str, frozenset[str]]:
    """Return the roles that hold each permission (`noun.verb`)."""
    rows = yaml.safe_load((_DATA / "permissions.yaml").read_text(encoding="utf-8"))
    return {permission: frozenset(holders) for permission, holders in rows.items()}


def allowed(held: Iterable[str], permission: str) -> bool:
    """Tell whether one of the roles held gives the permission; an unknown permission is given by none."""
    return not permissions().get(permission, frozenset()).isdisjoint(held)


def who_may(permission: str) -> str:
    """Name the roles that hold a permission, for messages: "Approver or Model risk governance"."""
    names = sorted(roles()[holder].name for holder in permissions().get(permission, ()))
    return " or ".join(names) or "nobody"
