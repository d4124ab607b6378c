"""Naming who answers for a use case whose owner has left."""

from __future__ import annotations

from remit.inventory import standing
from remit.inventory.models import UseCase
from remit.inventory.queries.owners import may_appoint
from remit.kernel.problems import Conflict, Denied, Invalid
from remit.ledger.capture import action, emit
from remit.people import queries as people
from remit.people.models import User


@action("use_case.appoint_owner")
def appoint_owner(*, acting_user: User | str, use_case: UseCase, owner: User, reason: str) -> UseCase:
    """Name the owner of a use case that has no active one; an active owner changes by a change request.

    The head of its unit may, or of the nearest unit above that has an active head, and model risk governance.

    Raises:
        Denied: the acting person neither heads the unit nor holds `use_case.appoint` there.
        Conflict: its owner is active.
        Invalid: no reason is given, or the new owner is not an active model owner in the unit.
    """
    if isinstance(acting_user, User) and not may_appoint(acting_user, use_case):
        head = people.head_of(use_case.unit)
        raise Denied(
            f"{acting_user.name} may not name who answers for {use_case.name}.",
            remedy=f"{head.name if head else 'Model risk governance'} does.",
        )
    locked = UseCase.objects.select_for_update(of=("self",)).select_related("owner").get(pk=use_case.pk)
    before = locked.owner
    if before.is_active:
        raise Conflict(
            f"{before.name} answers for {use_case.name}.", remedy="Ask for a change of the owner instead."
        )
    fields: dict[str, str] = {}
    if not reason.strip():
        fields["reason"] = "Say why it is this person; it is kept with the change."
    if not owner.is_active or "model_owner" not in people.roles_of(
        owner, unit=use_case.unit, subject=use_case.pk
    ):
        fields["owner"] = f"{owner.name} does not hold the role Model owner in {use_case.unit.name}."
    if fields:
        raise Invalid(" ".join(fields.values()), fields=fields)
    use_case.owner = owner
    use_case.save(update_fields=["owner"])
    standing.refresh([use_case.pk])
    emit("use_case.owner_appointed", use_case, before=before.pk, after=owner.pk, reason=reason)
    return use_case
