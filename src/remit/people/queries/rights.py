"""Who holds which role at an instant, and what it lets them do."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, QuerySet

from remit.kernel import clock
from remit.kernel.problems import Denied
from remit.people import rules
from remit.people.models import RoleAssignment, Unit, User


def in_force(at: datetime) -> QuerySet[RoleAssignment]:
    """Return the roles held at an instant."""
    return RoleAssignment.objects.filter(Q(valid_to=None) | Q(valid_to__gt=at), valid_from__lte=at)


def roles_of(who: User, *, unit: Unit | None = None, at: datetime | None = None) -> set[str]:
    """Return the ids of the roles a person holds at an instant, in a unit or everywhere."""
    held = in_force(at or clock.now()).filter(user=who)
    if unit is not None:
        held = held.filter(Q(unit=None) | Q(unit=unit))
    return set(held.values_list("role", flat=True))


def holders(role: str, *, unit: Unit | None = None, at: datetime | None = None) -> list[User]:
    """Return the active people who hold a role at an instant, those of the unit first."""
    held = in_force(at or clock.now()).filter(role=role, user__is_active=True).select_related("user")
    if unit is not None:
        held = held.filter(Q(unit=None) | Q(unit=unit))
    ordered = sorted(held, key=lambda a: (a.unit_id is None, a.user.name))
    return list({a.user_id: a.user for a in ordered}.values())


def holders_by_role() -> dict[str, list[str]]:
    """Return the names of the active people who hold each role now, in one read."""
    held = in_force(clock.now()).filter(user__is_active=True).order_by("role", "user__name")
    names: dict[str, dict[str, None]] = {}
    for role, name in held.values_list("role", "user__name"):
        names.setdefault(role, {})[name] = None
    return {role: list(found) for role, found in names.items()}


def may(who: User, permission: str, *, unit: Unit | None = None) -> bool:
    """Tell whether a person may do `permission` now, in a unit."""
    return who.is_active and rules.allowed(roles_of(who, unit=unit), permission)


def require(who: User | str, permission: str, *, unit: Unit | None = None) -> None:
    """Pass if the person may do `permission`; the platform's own parts (`system:...`) may.

    Raises:
        Denied: they may not; the message names who may.
    """
    if isinstance(who, str):
        if who.startswith("system:"):
            return
        raise Denied(f"{who!r} is not a person.")
    if not may(who, permission, unit=unit):
        raise Denied(
            f"{who.name} may not do this ({permission}).",
            remedy=f"It takes the role {rules.who_may(permission)}.",
        )
