"""Opening an installation."""

from __future__ import annotations

from remit.kernel import clock
from remit.kernel.problems import Conflict, Invalid
from remit.ledger.capture import action, emit
from remit.people.actions.persons import create
from remit.people.models import Installation, RoleAssignment, User


@action("installation.open")
def open_installation(
    *, organisation: str, email: str, name: str, password: str, title: str = "", acting_user: str
) -> User:
    """Open an empty installation with its organisation and its first administrator.

    Raises:
        Conflict: it is already open.
        Invalid: a field is wrong.
    """
    if Installation.objects.exists():
        raise Conflict(
            "This Remit is already set up.", remedy="Sign in, or ask its administrator for access."
        )
    if not organisation.strip():
        raise Invalid("The organisation needs a name.", fields={"organisation": "Name the organisation."})
    Installation.objects.create(organisation=organisation.strip())
    first = create(email=email, name=name, title=title, password=password, unit=None)
    RoleAssignment.objects.create(user=first, role="administrator", valid_from=clock.now())
    emit("installation.opened", first, organisation=organisation, by=acting_user)
    return first
