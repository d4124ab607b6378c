"""Units of the organisation."""

from __future__ import annotations

from remit.kernel.problems import Invalid
from remit.ledger.capture import action
from remit.people import queries
from remit.people.models import Unit, User


@action("people.create_unit")
def create_unit(*, acting_user: User | str, name: str, parent: Unit | None = None) -> Unit:
    """Add a unit.

    Raises:
        Denied: the acting person does not administer this installation.
        Invalid: the name is empty or taken.
    """
    queries.require(acting_user, "people.invite")
    name = name.strip()
    if not name or Unit.objects.filter(name__iexact=name).exists():
        message = "Name the unit." if not name else f"There is already a unit named {name}."
        raise Invalid(message, fields={"name": message})
    return Unit.objects.create(name=name, parent=parent)
