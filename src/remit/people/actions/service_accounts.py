"""Service accounts: programs that act under their own name, each with a person who answers for it."""

from __future__ import annotations

from django.utils.text import slugify

from remit.kernel.problems import Invalid
from remit.ledger.capture import action, emit
from remit.people import queries
from remit.people.actions.roles import assign_role
from remit.people.models import Unit, User

# reserved by RFC 2606: no letter ever reaches it, so no password can be asked for by mail
_DOMAIN = "service.invalid"


@action("service_account.create")
def create_service_account(
    *,
    acting_user: User | str,
    name: str,
    answered_by: User,
    unit: Unit | None = None,
    roles: tuple[str, ...] = (),
) -> User:
    """Add an account that signs in with tokens only.

    Raises:
        Denied: the acting person does not administer this installation.
        Invalid: the name is empty or taken, or nobody active answers for it.
    """
    queries.require(acting_user, "service_account.manage")
    email = f"{slugify(name)}@{_DOMAIN}"
    fields: dict[str, str] = {}
    if not slugify(name):
        fields["name"] = "Name the program, such as Nightly retraining."
    elif User.objects.filter(email__iexact=email).exists():
        fields["name"] = "There is already a service account of this name."
    if answered_by.kind != "person" or not answered_by.is_active:
        fields["answered_by"] = "Choose a person who works here."
    if fields:
        raise Invalid(f"This account cannot be added: {' '.join(fields.values())}", fields=fields)
    account = User(email=email, name=name.strip(), kind="service", unit=unit, answered_by=answered_by)
    account.set_unusable_password()
    account.save()
    for role in roles:
        assign_role(acting_user=acting_user, user=account, role=role, unit=unit)
    emit("service_account.created", account, answered_by=answered_by.pk, roles=list(roles))
    return account


@action("service_account.hand_over")
def hand_over_service_account(*, acting_user: User | str, account: User, to: User, reason: str = "") -> User:
    """Have somebody else answer for a service account.

    Raises:
        Denied: the acting person does not administer this installation.
        Invalid: nobody active is named, or this is no service account.
    """
    queries.require(acting_user, "service_account.manage")
    if account.kind != "service":
        raise Invalid(f"{account.name} is no service account.", fields={"account": "Choose an account."})
    if to.kind != "person" or not to.is_active:
        message = "Choose a person who works here."
        raise Invalid(message, fields={"to": message})
    account.answered_by = to
    account.save(update_fields=["answered_by"])
    emit("service_account.handed_over", account, to=to.pk, reason=reason)
    return account


@action("service_account.close")
def close_service_account(*, acting_user: User | str, account: User, reason: str = "") -> User:
    """Close a service account: its tokens open nothing from now on.

    Raises:
        Denied: the acting person does not administer this installation.
        Invalid: this is no service account.
    """
    queries.require(acting_user, "service_account.manage")
    if account.kind != "service":
        raise Invalid(f"{account.name} is no service account.", fields={"account": "Choose an account."})
    account.is_active = False
    account.save(update_fields=["is_active"])
    emit("service_account.closed", account, reason=reason)
    return account
