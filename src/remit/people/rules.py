"""Who may do what: pure rules over roles, read from `data/`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import yaml

from remit.people.contract import Apart, Incompatible, Role

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
    names = sorted(roles()[holder].name for holder in holders)
    return " or ".join(names) or "nobody"


def takes(permission: str) -> str:
    """Say what a permission takes, for messages: "a role", or "the role Approver"."""
    if permissions().get(permission) == frozenset(roles()):
        return "a role"
    return f"the role {who_may(permission)}"


@cache
def restricted() -> frozenset[str]:
    """Return the permissions that reading restricted fields takes."""
    return frozenset(p for given in data("policies").values() for p in given.get("restricted", {}).values())


def within(scopes: frozenset[str] | None, permission: str) -> bool:
    """Tell whether a token's scopes cover a permission; None is no token, and limits nothing.

    `read` covers every reading but that of restricted fields, which a token must name.
    """
    if scopes is None or permission in scopes:
        return True
    return "read" in scopes and permission.endswith(".read") and permission not in restricted()


@cache
def apart() -> tuple[Apart, ...]:
    """Return the duties that one person does not do together."""
    return tuple(Apart(**row | {"others": tuple(row["others"])}) for row in data("segregation")["duties"])


@cache
def incompatible() -> tuple[Incompatible, ...]:
    """Return the roles that nobody holds together."""
    return tuple(
        Incompatible(**row | {"others": tuple(row["others"])}) for row in data("segregation")["roles"]
    )


def segregation(duty: str, person: UUID, done: Mapping[str, UUID | None]) -> str:
    """Say why a person may not do `duty`, or nothing: "who built a version may not validate it".

    Args:
        duty: a duty of `data/segregation.yaml`.
        person: who would do it.
        done: who did or holds the other duties on the same subject, by duty.
    """
    for rule in apart():
        if duty in rule.others and done.get(rule.first) == person:
            return f"who {rule.says} may not {data('segregation')['words'][duty]}"
    return ""


def clash(held: Iterable[str]) -> str:
    """Say why roles do not go together, or nothing."""
    mine = set(held)
    for rule in incompatible():
        other = sorted(mine & set(rule.others)) if rule.first in mine else []
        if other:
            return f"{roles()[rule.first].name} and {roles()[other[0]].name} do not go together: {rule.says}."
    return ""


def emergency_roles() -> tuple[str, ...]:
    """Return the roles that may be taken in an emergency: those that do something about a model."""
    return tuple(role.id for role in roles().values() if role.line in {"-", "1", "2"})


def words(permission: str) -> str:
    """Write a permission, or a scope, for people: `use_case.file` is "Use case: file"."""
    if permission == "read":
        return "Read everything but restricted fields"
    noun, _, verb = permission.partition(".")
    return f"{noun.replace('_', ' ').capitalize()}: {verb.replace('_', ' ')}"
