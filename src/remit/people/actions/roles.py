"""Who holds which role, where, from when and until when."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef

from remit.kernel import clock
from remit.kernel.problems import Conflict, Denied, Invalid
from remit.ledger import turns
from remit.ledger.capture import action, emit
from remit.ledger.models import Event
from remit.people import queries, rules
from remit.people.models import RoleAssignment, Unit, User

# long enough for a worker that was down over a holiday
LATELY = timedelta(days=14)


@action("people.assign_role")
def assign_role(
    *,
    acting_user: User | str,
    user: User,
    role: str,
    unit: Unit | None = None,
    subject: UUID | None = None,
    valid_from: datetime | None = None,
    valid_to: datetime | None = None,
    reason: str = "",
) -> RoleAssignment:
    """Give a person a role from an instant on.

    Args:
        acting_user: who gives it, an administrator who reaches the unit.
        user: who gets it.
        role: a role of `data/roles.yaml`.
        unit: it holds in this unit and those under it; everywhere if neither unit nor subject is given.
        subject: the id of the use case it holds for.
        valid_from: now if omitted.
        valid_to: when it ends by itself; never if omitted.
        reason: why, for the ledger.

    Raises:
        Denied: the acting person may not give roles there, or segregation of duties forbids it.
        Invalid: there is no such role, the person is not active, or it ends before it begins.
        Conflict: the person holds it already.
    """
    queries.require_reach(acting_user, "people.assign", unit)
    start = valid_from or clock.now()
    fields: dict[str, str] = {}
    if role not in rules.roles():
        fields["role"] = f"There is no role {role!r}. Choose one of: {', '.join(rules.roles())}."
    if not user.is_active:
        fields["user"] = f"{user.name} does not work here any more."
    if unit is not None and subject is not None:
        fields["unit"] = "Choose a unit or a use case, not both."
    if valid_to is not None and valid_to <= start:
        fields["valid_to"] = "It must end after it begins."
    if fields:
        raise Invalid(f"This role cannot be given: {' '.join(fields.values())}", fields=fields)
    same = RoleAssignment.objects.filter(user=user, role=role, unit=unit, subject_id=subject)
    if queries.lasting(same).exists():
        raise Conflict(f"{user.name} holds the role {rules.roles()[role].name} already.")
    check_together([user], role)
    given = RoleAssignment.objects.create(
        user=user, role=role, unit=unit, subject_id=subject, valid_from=start, valid_to=valid_to
    )
    queries.forget()
    emit("role.assigned", given, user=user.pk, role=role, unit=given.unit_id, subject=subject, reason=reason)
    return given


@action("people.end_role")
def end_role(*, acting_user: User | str, assignment: RoleAssignment, reason: str) -> RoleAssignment:
    """End a role now.

    Raises:
        Denied: the acting person may not end roles there.
        Conflict: it has ended already.
    """
    queries.require_reach(acting_user, "people.assign", assignment.unit)
    now = clock.now()
    if assignment.valid_to is not None and assignment.valid_to <= now:
        raise Conflict("This role has ended already.")
    assignment.valid_to = max(now, assignment.valid_from)
    assignment.save(update_fields=["valid_to"])
    queries.forget()
    emit("role.ended", assignment, user=assignment.user_id, role=assignment.role, reason=reason)
    return assignment


@action("people.expire_roles")
def expire_roles(*, acting_user: str) -> list[RoleAssignment]:
    """Say, once, of each role whose time passed lately that it ended; it did by date, if this runs or not."""
    queries.require(acting_user, "people.expire")
    turns.take("people.expire_roles")
    now = clock.now()
    said = Event.objects.filter(name__in=("role.ended", "role.expired"), subject_id=OuterRef("pk"))
    lately = RoleAssignment.objects.filter(valid_to__lte=now, valid_to__gt=now - LATELY)
    past = lately.filter(~Exists(said), user__is_active=True)
    ended = list(past.select_related("user"))
    for assignment in ended:
        emit("role.expired", assignment, user=assignment.user_id, role=assignment.role)
    return ended


def check_together(people: Iterable[User], *roles: str) -> None:
    """Refuse roles that do not go with what the people hold or will hold.

    Raises:
        Denied: they do not; administrators are no exception.
    """
    for person in people:
        if why := rules.clash({*queries.lasting_roles(person), *roles}):
            raise Denied(f"{person.name}: {why}", remedy="Give it to somebody else, or end the other role.")
