"""People: invited, edited, signed in."""

from __future__ import annotations

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from remit.kernel.problems import Invalid
from remit.ledger.capture import action, emit
from remit.people import queries
from remit.people.actions.roles import assign_role
from remit.people.models import Unit, User


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
    person = create(email=email, name=name, title=title, password=password, unit=unit)
    for role in roles:
        assign_role(acting_user=acting_user, user=person, role=role, unit=unit)
    emit("person.invited", person, roles=list(roles))
    return person


@action("people.edit")
def edit_person(
    *,
    acting_user: User | str,
    user: User,
    name: str,
    title: str,
    unit: Unit | None,
    email: str,
    reason: str = "",
) -> User:
    """Correct a person's name, title, unit or address.

    Raises:
        Denied: the acting person may not edit people there.
        Invalid: a field is wrong, or somebody has this address.
    """
    queries.require_reach(acting_user, "people.edit", user.unit)
    before = {"name": user.name, "title": user.title, "unit": user.unit_id, "email": user.email}
    if (unit.pk if unit else None) != user.unit_id:
        queries.require_reach(acting_user, "people.edit", unit)
    if fields := _wrong(email, name, user):
        raise Invalid(f"This person cannot be changed: {' '.join(fields.values())}", fields=fields)
    user.name, user.title, user.unit, user.email = name.strip(), title.strip(), unit, email.strip().lower()
    after = {"name": user.name, "title": user.title, "unit": user.unit_id, "email": user.email}
    if before != after:
        user.save(update_fields=["name", "title", "unit", "email"])
        emit("person.changed", user, before=before, after=after, reason=reason)
    return user


@action("people.sign_in")
def record_sign_in(*, acting_user: User, method: str) -> None:
    """Write a sign-in to the ledger."""
    emit("person.signed_in", acting_user, method=method)


def create(*, email: str, name: str, title: str, password: str | None, unit: Unit | None) -> User:
    """Check and add a person, within an action; without a password they sign in by other means.

    Raises:
        Invalid: a field is wrong, or somebody has this address.
    """
    fields = _wrong(email, name)
    person = User(email=email.strip().lower(), name=name.strip(), title=title.strip(), unit=unit)
    try:
        if password is not None:
            validate_password(password, person)
    except ValidationError as error:
        fields["password"] = " ".join(error.messages)
    if fields:
        raise Invalid(f"This person cannot be added: {' '.join(fields.values())}", fields=fields)
    person.set_password(password)
    person.save()
    return person


def _wrong(email: str, name: str, user: User | None = None) -> dict[str, str]:
    fields: dict[str, str] = {}
    try:
        validate_email(email.strip())
    except ValidationError:
        fields["email"] = "This is not an e-mail address, such as name@example.com."
    if User.objects.filter(email__iexact=email.strip()).exclude(pk=user.pk if user else None).exists():
        fields["email"] = "Somebody has this e-mail address already."
    if not name.strip():
        fields["name"] = "Give the person's name."
    return fields
