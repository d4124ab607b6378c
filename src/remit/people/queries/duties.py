"""Reads about groups, lasting roles, absences and emergencies."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from remit.kernel import clock
from remit.kernel.problems import Unknown
from remit.people.models import Absence, BreakGlass, Group, GroupRole, RoleAssignment, User
from remit.people.queries.rights import once

Rows = TypeVar("Rows", bound=QuerySet[Any, Any])
# five working days are a week, whatever day it began on
REVIEW_WITHIN = timedelta(days=7)


def lasting(rows: Rows) -> Rows:
    """Return those of some roles or memberships that have not ended: in force, or to come."""
    return rows.filter(Q(valid_to=None) | Q(valid_to__gt=clock.now()))


def lasting_roles(who: User) -> set[str]:
    """Return the roles a person holds or will hold, of their own and by their groups."""
    own = lasting(RoleAssignment.objects.filter(user=who)).values_list("role", flat=True)
    memberships = lasting(who.memberships.filter(group__removed_at=None)).values("group")
    grouped = lasting(GroupRole.objects.filter(group__in=memberships)).values_list("role", flat=True)
    return {*own, *grouped}


def assignment(identifier: UUID | str) -> RoleAssignment:
    """Return a role that was given, by id.

    Raises:
        Unknown: there is none.
    """
    found = RoleAssignment.objects.select_related("user", "unit").filter(pk=identifier).first()
    if found is None:
        raise Unknown("This role was not given to anybody.")
    return found


def assignments_of(who: User) -> QuerySet[RoleAssignment]:
    """Return the roles that were given to a person, those that last first, then the ended."""
    rows = RoleAssignment.objects.filter(user=who).select_related("unit")
    return rows.order_by("-valid_to", "-valid_from")


def groups() -> QuerySet[Group]:
    """Return the groups, by name, each with the number of its members as `size`."""
    size = Count("memberships", filter=Q(memberships__valid_to=None))
    return Group.objects.filter(removed_at=None).annotate(size=size).order_by("name")


def group(identifier: UUID | str) -> Group:
    """Return a group by id.

    Raises:
        Unknown: there is none, or it was removed.
    """
    found = Group.objects.filter(pk=identifier, removed_at=None).first()
    if found is None:
        raise Unknown("There is no such group.", remedy="Look it up on the Groups page.")
    return found


def groups_of(who: User) -> QuerySet[Group]:
    """Return the groups a person is in, by name."""
    return Group.objects.filter(removed_at=None, memberships__user=who, memberships__valid_to=None).order_by(
        "name"
    )


def members(found: Group) -> QuerySet[User]:
    """Return the active members of a group, by name."""
    return User.objects.filter(is_active=True, memberships__group=found, memberships__valid_to=None).order_by(
        "name"
    )


def roles_of_group(found: Group) -> QuerySet[GroupRole]:
    """Return the roles that a group gives its members now."""
    return lasting(found.roles.select_related("unit", "group")).order_by("role", "unit__name")


def group_role(identifier: UUID | str) -> GroupRole:
    """Return a group's role by id.

    Raises:
        Unknown: there is none.
    """
    found = GroupRole.objects.select_related("group", "unit").filter(pk=identifier).first()
    if found is None:
        raise Unknown("This role was not given to a group.")
    return found


def absences_of(who: User) -> QuerySet[Absence]:
    """Return a person's absences that last or are to come, the earliest first."""
    rows = Absence.objects.filter(user=who, cancelled_at=None, valid_to__gt=clock.now())
    return rows.select_related("user", "deputy").order_by("valid_from")


def away_now(people: Iterable[User]) -> dict[UUID, Absence]:
    """Return the absence that lasts now of each of some people who is away, in one read."""
    now = clock.now()
    rows = Absence.objects.filter(user__in=list(people), cancelled_at=None, valid_from__lte=now)
    return {row.user_id: row for row in rows.filter(valid_to__gt=now).select_related("deputy")}


def absence(identifier: UUID | str) -> Absence:
    """Return an absence by id.

    Raises:
        Unknown: there is none.
    """
    found = Absence.objects.select_related("user", "deputy").filter(pk=identifier).first()
    if found is None:
        raise Unknown("There is no such absence.")
    return found


def open_emergencies() -> QuerySet[BreakGlass]:
    """Return the emergencies that are open now, the latest first."""
    rows = BreakGlass.objects.filter(closed_at=None, expires_at__gt=clock.now())
    return rows.select_related("user").order_by("-opened_at")


def pressing() -> list[BreakGlass]:
    """Return the emergencies that are open or wait for a review, the latest first; one read a request."""
    return once("emergencies", lambda: list(emergencies().filter(reviewed_at=None)))


def emergencies() -> QuerySet[BreakGlass]:
    """Return every emergency, the latest first."""
    return BreakGlass.objects.select_related("user", "reviewed_by").order_by("-opened_at")


def emergency(reference: str) -> BreakGlass:
    """Return an emergency by reference, such as `EMG-0001`.

    Raises:
        Unknown: there is none.
    """
    found = emergencies().filter(reference=reference.upper()).first()
    if found is None:
        raise Unknown(f"There is no emergency {reference}.")
    return found


def unreviewed() -> QuerySet[BreakGlass]:
    """Return the emergencies that are over and that nobody has reviewed, the earliest first."""
    over = Q(closed_at__isnull=False) | Q(expires_at__lte=clock.now())
    return emergencies().filter(over, reviewed_at=None).order_by("opened_at")
