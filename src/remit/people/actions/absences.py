"""Absences, and who stands in meanwhile."""

from __future__ import annotations

from datetime import datetime

from remit.kernel import clock
from remit.kernel.problems import Conflict, Denied, Invalid
from remit.ledger.capture import action, emit
from remit.people import queries, rules
from remit.people.models import Absence, User


@action("absence.record")
def record_absence(
    *,
    acting_user: User | str,
    user: User,
    valid_from: datetime,
    valid_to: datetime,
    deputy: User | None = None,
    reason: str = "",
) -> Absence:
    """Say that a person is away; the deputy holds their duties meanwhile. Oneself, or who edits people.

    Raises:
        Denied: it is about somebody else, or the deputy would hold roles that do not go together.
        Invalid: it ends before it begins or in the past, or the deputy is away, inactive or the person.
        Conflict: another absence of theirs overlaps it.
    """
    _own(acting_user, user)
    fields: dict[str, str] = {}
    if valid_to <= max(valid_from, clock.now()):
        fields["valid_to"] = "It must end after it begins, and in the future."
    if deputy is not None and (not deputy.is_active or deputy.kind != "person" or deputy.pk == user.pk):
        fields["deputy"] = "Choose another person who works here."
    elif deputy is not None and _overlapping(deputy, valid_from, valid_to):
        fields["deputy"] = f"{deputy.name} is away in that time too."
    if fields:
        raise Invalid(f"This absence cannot be recorded: {' '.join(fields.values())}", fields=fields)
    if _overlapping(user, valid_from, valid_to):
        raise Conflict(f"{user.name} is away in that time already.", remedy="Cancel the other absence first.")
    together = {*queries.lasting_roles(deputy), *queries.lasting_roles(user)} if deputy is not None else ()
    if deputy is not None and (why := rules.clash(together)):
        raise Denied(f"{deputy.name} cannot stand in: {why}", remedy="Choose another deputy.")
    absence = Absence.objects.create(
        user=user, deputy=deputy, reason=reason.strip(), valid_from=valid_from, valid_to=valid_to
    )
    queries.forget()
    emit("absence.recorded", absence, user=user.pk, deputy=absence.deputy_id, until=valid_to)
    return absence


@action("absence.cancel")
def cancel_absence(*, acting_user: User | str, absence: Absence, reason: str = "") -> Absence:
    """End an absence now, or call it off; the deputy's duties end with it.

    Raises:
        Denied: it is about somebody else.
        Conflict: it is over or cancelled already.
    """
    _own(acting_user, absence.user)
    if absence.cancelled_at is not None or absence.valid_to <= clock.now():
        raise Conflict("This absence is over already.")
    absence.cancelled_at = clock.now()
    absence.save(update_fields=["cancelled_at"])
    queries.forget()
    emit("absence.cancelled", absence, user=absence.user_id, reason=reason)
    return absence


def _own(acting_user: User | str, user: User) -> None:
    if isinstance(acting_user, str) or acting_user.pk != user.pk:
        queries.require(acting_user, "people.edit")


def _overlapping(user: User, start: datetime, end: datetime) -> bool:
    rows = Absence.objects.filter(user=user, cancelled_at=None, valid_from__lt=end, valid_to__gt=start)
    return rows.exists()
