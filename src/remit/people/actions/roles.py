"""Who holds which role, where and until when."""

from __future__ import annotations

from datetime import datetime

from remit.kernel import clock
from remit.kernel.problems import Conflict, Invalid
from remit.ledger.capture import action, emit
from remit.people import queries, rules
from remit.people.models import RoleAssignment, Unit, User


@action("people.assign_role")
def assign_role(
    *,
    acting_user: User | str,
    user: User,
    role: str,
    unit: Unit | None = None,
    valid_from: datetime | None = None,
) -> RoleAssignment:
    """Give a person a role from an instant on.

    Raises:
        Denied: the acting person does not administer this installation.
        Invalid: there is no such role.
        Conflict: the person holds it already.
    """
    queries.require(acting_user, "people.invite")
    if role not in rules.roles():
        raise Invalid(
            f"There is no role {role!r}.",
            fields={"role": f"Choose one of: {', '.join(rules.roles())}."},
        )
    if RoleAssignment.objects.filter(user=user, role=role, unit=unit, valid_to=None).exists():
        raise Conflict(f"{user.name} holds the role {rules.roles()[role].name} already.")
    return RoleAssignment.objects.create(
        user=user, role=role, unit=unit, valid_from=valid_from or clock.now()
    )


@action("people.end_role")
def end_role(*, acting_user: User | str, assignment: RoleAssignment, reason: str) -> RoleAssignment:
    """End a role now.

    Raises:
        Denied: the acting person does not administer this installation.
        Conflict: it has ended already.
    """
    queries.require(acting_user, "people.invite")
    if assignment.valid_to is not None:
        raise Conflict("This role has ended already.")
    assignment.valid_to = clock.now()
    assignment.save(update_fields=["valid_to"])
    emit("role.ended", assignment, role=assignment.role, reason=reason)
    return assignment
