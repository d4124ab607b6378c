"""Reads about people."""

from __future__ import annotations

from base64 import b32encode
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet
from django.utils.crypto import salted_hmac

from remit.kernel import clock
from remit.kernel.problems import Denied, Unknown
from remit.people import rules
from remit.people.models import Installation, RoleAssignment, Unit, User


def installation() -> Installation | None:
    """Return the organisation's row, or None on an empty installation."""
    return Installation.objects.first()


def user(identifier: UUID | str) -> User:
    """Return a person by id.

    Raises:
        Unknown: nobody has this id.
    """
    found = User.objects.filter(pk=identifier).first()
    if found is None:
        raise Unknown(f"There is no person with the id {identifier}.")
    return found


def user_by_email(email: str) -> User:
    """Return a person by e-mail address, whatever its case.

    Raises:
        Unknown: nobody has this address.
    """
    found = User.objects.filter(email__iexact=email).first()
    if found is None:
        raise Unknown(f"Nobody here has the e-mail address {email}.", remedy="Check the spelling.")
    return found


def units() -> QuerySet[Unit]:
    """Return every unit, by name."""
    return Unit.objects.order_by("name")


def _assignments(at: datetime) -> QuerySet[RoleAssignment]:
    return RoleAssignment.objects.filter(Q(valid_to=None) | Q(valid_to__gt=at), valid_from__lte=at)


def roles_of(who: User, *, unit: Unit | None = None, at: datetime | None = None) -> set[str]:
    """Return the ids of the roles a person holds at an instant, in a unit or everywhere."""
    held = _assignments(at or clock.now()).filter(user=who)
    if unit is not None:
        held = held.filter(Q(unit=None) | Q(unit=unit))
    return set(held.values_list("role", flat=True))


def holders(role: str, *, unit: Unit | None = None, at: datetime | None = None) -> list[User]:
    """Return the active people who hold a role at an instant, those of the unit first."""
    held = _assignments(at or clock.now()).filter(role=role, user__is_active=True).select_related("user")
    if unit is not None:
        held = held.filter(Q(unit=None) | Q(unit=unit))
    ordered = sorted(held, key=lambda a: (a.unit_id is None, a.user.name))
    return list({a.user_id: a.user for a in ordered}.values())


def holders_by_role() -> dict[str, list[str]]:
    """Return the names of the active people who hold each role now, in one read."""
    held = _assignments(clock.now()).filter(user__is_active=True).order_by("role", "user__name")
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


def setup_code() -> str | None:
    """Return the code that proves access to the server while nobody administers it; None once set up.

    It is derived from the server's secret key, so every process knows it and it dies with set-up.
    """
    if installation() is not None:
        return None
    digest = salted_hmac("remit.set-up", "first administrator", algorithm="sha256").digest()
    text = b32encode(digest).decode("ascii")[:16]
    return "-".join(text[i : i + 4] for i in range(0, 16, 4))


def directory() -> QuerySet[User]:
    """Return every active person by name, with their unit and, as `held_now`, the roles they hold now."""
    held = Prefetch("assignments", _assignments(clock.now()).order_by("role"), to_attr="held_now")
    return User.objects.filter(is_active=True).select_related("unit").prefetch_related(held).order_by("name")


def names(actors: Iterable[str]) -> dict[str, str]:
    """Return how people call the actors that records name (`user:<id>`, `system:<part>`), in one read."""
    given = set(actors)
    ids = {a.removeprefix("user:"): a for a in given if a.startswith("user:")}
    found = {ids[str(pk)]: name for pk, name in User.objects.filter(pk__in=ids).values_list("pk", "name")}
    return {a: found.get(a, "Remit" if a.startswith("system:") else a) for a in given}
