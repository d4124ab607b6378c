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


@action("people.sign_in")
def record_sign_in(*, acting_user: User, method: str) -> None:
    """Write a sign-in to the ledger."""
    emit("person.signed_in", acting_user, method=method)


def create(*, email: str, name: str, title: str, password: str, unit: Unit | None) -> User:
    """Check and add a person, within an action.

    Raises:
        Invalid: a field is wrong, or somebody has this address.
    """
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
