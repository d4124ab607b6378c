"""Who may do what: pure rules over roles, read from `data/`."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from remit.people.contract import Role

_DATA = Path(__file__).parent / "data"


@cache
def data(name: str) -> Any:
    """Return what `data/<name>.yaml` declares."""
    return yaml.safe_load((_DATA / f"{name}.yaml").read_text(encoding="utf-8"))


@cache
def roles() -> dict[str, Role]:
    """Return every role by id."""
    return {row["id"]: Role(**row) for row in data("roles")}


@cache
def permissions() -> dict[str, frozenset[str]]:
    """Return the roles that hold each permission (`noun.verb`); `anybody` stands for every role."""
    every = frozenset(roles())
    return {
        permission: every if holders == ["anybody"] else frozenset(holders)
        for permission, holders in data("permissions").items()
    }


def allowed(held: Iterable[str], permission: str) -> bool:
    """Tell whether one of the roles held gives the permission; an unknown permission is given by none."""
    return not permissions().get(permission, frozenset()).isdisjoint(held)


def who_may(permission: str) -> str:
    """Name the roles that hold a permission, for messages: "Approver or Model risk governance"."""
    holders = permissions().get(permission, frozenset())
    if holders == frozenset(roles()):
        return "of anybody here"
    names = sorted(roles()[holder].name for holder in holders)
    return " or ".join(names) or "nobody"
