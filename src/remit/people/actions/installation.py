"""Opening an installation."""

from __future__ import annotations

from collections.abc import Collection

from remit.kernel import clock
from remit.kernel.problems import Conflict, Invalid
from remit.ledger.capture import action, emit
from remit.people import queries, rules
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


@action("installation.set_sign_in_rules")
def set_sign_in_rules(*, acting_user: User | str, mfa_roles: Collection[str]) -> Installation:
    """Say whose roles take a second factor; it is asked for from the next page on.

    Raises:
        Denied: the acting person does not administer this installation.
        Conflict: nothing is set up yet.
        Invalid: there is no such role.
    """
    queries.require(acting_user, "installation.manage")
    unknown = sorted(set(mfa_roles) - set(rules.roles()))
    if unknown:
        message = f"There is no role {unknown[0]}."
        raise Invalid(message, fields={"mfa_roles": message})
    found = queries.installation()
    if found is None:
        raise Conflict("This Remit is not set up yet.")
    found.mfa_roles = sorted(set(mfa_roles))
    found.save(update_fields=["mfa_roles"])
    emit("installation.rules_changed", found, mfa_roles=found.mfa_roles)
    return found
