"""The emergency door: a role for a few hours, with a reason, told to everybody, reviewed by another."""

from __future__ import annotations

from datetime import timedelta

from remit.kernel import clock
from remit.kernel.problems import Conflict, Denied, Invalid
from remit.ledger import turns
from remit.ledger.capture import action, emit
from remit.ledger.numbering import next_number
from remit.people import queries, rules
from remit.people.models import BreakGlass, User

LONGEST_HOURS = 8


@action("emergency.open")
def open_emergency(*, acting_user: User, role: str, reason: str, hours: int) -> BreakGlass:
    """Take a role for at most 8 hours. Segregation of duties holds all the same.

    Raises:
        Denied: the person may not use the emergency door, or the role does not go with theirs.
        Invalid: the role, the reason or the time is wrong.
        Conflict: the person holds it already, or an emergency of theirs is open.
    """
    queries.require(acting_user, "emergency.open")
    fields: dict[str, str] = {}
    if role not in rules.emergency_roles():
        fields["role"] = "Choose a role of the first or second line, or administrator."
    if len(reason.strip()) < 20:
        fields["reason"] = "Say in a sentence what is wrong and why it cannot wait."
    if not 1 <= hours <= LONGEST_HOURS:
        fields["hours"] = f"Between 1 and {LONGEST_HOURS} hours."
    if fields:
        raise Invalid(f"The emergency cannot be opened: {' '.join(fields.values())}", fields=fields)
    if role in queries.roles_of(acting_user):
        raise Conflict(f"You hold the role {rules.roles()[role].name} already.")
    if queries.open_emergencies().filter(user=acting_user).exists():
        raise Conflict("An emergency of yours is open.", remedy="Close it first.")
    if why := rules.clash({*queries.lasting_roles(acting_user), role}):
        raise Denied(f"{acting_user.name}: {why}", remedy="Somebody else opens it.")
    now = clock.now()
    opened = BreakGlass.objects.create(
        reference=next_number("EMG"),
        user=acting_user,
        role=role,
        reason=reason.strip(),
        opened_at=now,
        expires_at=now + timedelta(hours=hours),
    )
    queries.forget()
    emit("emergency.opened", opened, user=acting_user.pk, role=role, until=opened.expires_at)
    return opened


@action("emergency.close")
def close_emergency(*, acting_user: User | str, emergency: BreakGlass) -> BreakGlass:
    """End an emergency before its time: whoever opened it, or may review it.

    Raises:
        Denied: it is somebody else's.
        Conflict: it is over already.
    """
    if isinstance(acting_user, str) or acting_user.pk != emergency.user_id:
        queries.require(acting_user, "emergency.review")
    now = clock.now()
    if emergency.closed_at is not None or emergency.expires_at <= now:
        raise Conflict(f"{emergency.reference} is over already.")
    return _end(emergency, now)


@action("emergency.review")
def review_emergency(*, acting_user: User, emergency: BreakGlass, review: str) -> BreakGlass:
    """Judge afterwards what was done in an emergency; somebody else than who opened it.

    Raises:
        Denied: the person may not review, opened it, or stands in for who did.
        Conflict: it is not over yet, or was reviewed.
        Invalid: nothing is said.
    """
    queries.require(acting_user, "emergency.review")
    queries.require_apart(acting_user, "review_emergency", {"open_emergency": emergency.user_id})
    if emergency.closed_at is None and emergency.expires_at > clock.now():
        raise Conflict(f"{emergency.reference} is still open.", remedy="Close it first.")
    if emergency.reviewed_at is not None:
        raise Conflict(f"{emergency.reference} was reviewed already.")
    if len(review.strip()) < 10:
        message = "Say what was done, whether it was right, and what follows."
        raise Invalid(message, fields={"review": message})
    emergency.reviewed_by, emergency.reviewed_at, emergency.review = acting_user, clock.now(), review.strip()
    emergency.save(update_fields=["reviewed_by", "reviewed_at", "review"])
    emit("emergency.reviewed", emergency, user=emergency.user_id)
    return emergency


@action("emergency.expire")
def expire_emergencies(*, acting_user: str) -> list[BreakGlass]:
    """Mark the emergencies whose time has passed; the role ended by date whether or not this has run."""
    queries.require(acting_user, "emergency.expire")
    turns.take("emergency.expire")
    past = BreakGlass.objects.filter(closed_at=None, expires_at__lte=clock.now())
    return [_end(emergency, emergency.expires_at) for emergency in past.select_related("user")]


def _end(emergency: BreakGlass, at: object) -> BreakGlass:
    emergency.closed_at = at
    emergency.save(update_fields=["closed_at"])
    queries.forget()
    emit("emergency.closed", emergency, user=emergency.user_id, role=emergency.role)
    return emergency
