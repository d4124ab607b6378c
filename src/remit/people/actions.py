"""Writes about people."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from remit.kernel import clock
from remit.kernel.problems import Conflict, Invalid
from remit.ledger.capture import action, emit
from remit.people import queries, rules
from remit.people.models import Installation, RoleAssignment, Unit, User


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
    first = _create(email=email, name=name, title=title, password=password, unit=None)
    RoleAssignment.objects.create(user=first, role="administrator", valid_from=clock.now())
    emit("installation.opened", first, organisation=organisation, by=acting_user)
    return first


@action("people.invite")
def invite(
    *,
    acting_user: User | str,
    email: str,
    name: str,
    title: str = "",
    password: str,
    unit: Unit | None = None,
    roles: tuple[str, ...] = (),
) -> User:
    """Add a person with the roles they hold.

    Raises:
        Denied: the acting person does not administer this installation.
        Invalid: a field is wrong or a role does not exist.
    """
    queries.require(acting_user, "people.invite")
    person = _create(email=email, name=name, title=title, password=password, unit=unit)
    for role in roles:
        assign_role(acting_user=acting_user, user=person, role=role, unit=unit)
    emit("person.invited", person, roles=list(roles))
    return person


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


@action("people.sign_in")
def record_sign_in(*, acting_user: User, method: str) -> None:
    """Write a sign-in to the ledger."""
    emit("person.signed_in", acting_user, method=method)


def _create(*, email: str, name: str, title: str, password: str, unit: Unit | None) -> User:
    fields: dict[str, str] = {}
    try:
        validate_email(email)
    except ValidationError:
        fields["email"] = "This is not an e-mail address, such as name@example.com."
    if User.objects.filter(email__iexact=email).exists():
        fields["email"] = "Somebody has this e-mail address already."
    if not name.strip():
        fields["name"] = "Give the person's name."
    person = User(email=email.strip().lower(), name=name.strip(), title=title.strip(), unit=unit)
    try:
        validate_password(password, person)
    except ValidationError as error:
        fields["password"] = " ".join(error.messages)
    if fields:
        raise Invalid(f"This person cannot be added: {' '.join(fields.values())}", fields=fields)
    person.set_password(password)
    person.save()
    return person
