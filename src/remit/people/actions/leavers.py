"""People who leave: what they held ends, what they did stays."""

from __future__ import annotations

from allauth.usersessions.models import UserSession

from remit.kernel import clock
from remit.kernel.problems import Conflict, Invalid
from remit.ledger.capture import action, emit
from remit.people import queries
from remit.people.models import Absence, ApiToken, Membership, RoleAssignment, User


@action("people.leave")
def leave(*, acting_user: User | str, user: User, reason: str = "") -> User:
    """Deactivate somebody who leaves: roles, memberships, deputising, tokens and sessions end now.

    Their rows stay; what they own is then without an active owner, which the head of its unit is shown until
    somebody is named.

    Raises:
        Denied: the acting person may not edit people.
        Conflict: they have left already.
        Invalid: it is the acting person, or the last administrator.
    """
    queries.require_reach(acting_user, "people.edit", user.unit)
    if not user.is_active:
        raise Conflict(f"{user.name} has left already.")
    if not isinstance(acting_user, str) and acting_user.pk == user.pk:
        raise Invalid("You cannot sign yourself off.", remedy="Ask another administrator.")
    # a program that administers cannot let the next person in
    administrators = [person for person in queries.holders("administrator") if person.kind == "person"]
    if administrators and all(person.pk == user.pk for person in administrators):
        raise Invalid("Nobody else administers this Remit.", remedy="Name another administrator first.")
    now = clock.now()
    for row in (*RoleAssignment.objects.filter(user=user), *Membership.objects.filter(user=user)):
        if row.valid_to is None or row.valid_to > now:
            row.valid_to = max(now, row.valid_from)
            row.save(update_fields=["valid_to"])
    for absence in Absence.objects.filter(deputy=user, cancelled_at=None, valid_to__gt=now):
        absence.deputy = None
        absence.save(update_fields=["deputy"])
    for token in ApiToken.objects.filter(user=user, revoked_at=None):
        token.revoked_at = clock.recorded_now()
        token.save(update_fields=["revoked_at"])
    for session in UserSession.objects.filter(user=user):
        session.end()
    for emergency in queries.open_emergencies().filter(user=user):
        emergency.closed_at = now
        emergency.save(update_fields=["closed_at"])
    user.is_active, user.left_at = False, now
    user.save(update_fields=["is_active", "left_at"])
    queries.forget()
    emit("person.left", user, name=user.name, reason=reason)
    return user


@action("people.come_back")
def come_back(*, acting_user: User | str, user: User, reason: str = "") -> User:
    """Activate somebody again. They hold no role until one is given.

    Raises:
        Denied: the acting person may not edit people.
        Conflict: they are active.
    """
    queries.require_reach(acting_user, "people.edit", user.unit)
    if user.is_active:
        raise Conflict(f"{user.name} is active.")
    user.is_active, user.left_at = True, None
    user.save(update_fields=["is_active", "left_at"])
    emit("person.changed", user, active=True, reason=reason)
    return user
