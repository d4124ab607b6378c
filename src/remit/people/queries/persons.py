"""Reads about the organisation and its people."""

from __future__ import annotations

from base64 import b32encode
from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.crypto import salted_hmac

from remit.kernel.problems import Unknown
from remit.people.models import Installation, Unit, User
from remit.people.queries.units import subtree


def installation() -> Installation | None:
    """Return the organisation's row, or None on an empty installation."""
    return Installation.objects.first()


def user(identifier: UUID | str) -> User:
    """Return a person by id.

    Raises:
        Unknown: nobody has this id.
    """
    found = User.objects.filter(pk=identifier).first()
    if found is None:
        raise Unknown(f"There is no person with the id {identifier}.")
    return found


def user_by_email(email: str) -> User:
    """Return a person by e-mail address, whatever its case.

    Raises:
        Unknown: nobody has this address.
    """
    found = User.objects.filter(email__iexact=email).first()
    if found is None:
        raise Unknown(f"Nobody here has the e-mail address {email}.", remedy="Check the spelling.")
    return found


def setup_code() -> str | None:
    """Return the code that proves access to the server while nobody administers it; None once set up.

    It is derived from the server's secret key, so every process knows it and it dies with set-up.
    """
    if installation() is not None:
        return None
    digest = salted_hmac("remit.set-up", "first administrator", algorithm="sha256").digest()
    text = b32encode(digest).decode("ascii")[:16]
    return "-".join(text[i : i + 4] for i in range(0, 16, 4))


def directory(text: str = "", *, unit: Unit | None = None, left: bool = False) -> QuerySet[User]:
    """Return the active people by name, with their unit.

    Args:
        text: a part of a name, title, address or unit's name; every word must match.
        unit: those of this unit and the units under it only.
        left: those who have left or were deactivated, instead of the active ones.
    """
    found = (
        User.objects.filter(kind="person", is_active=not left).select_related("unit").order_by("name", "pk")
    )
    for word in text.split():
        found = found.filter(
            Q(name__icontains=word)
            | Q(title__icontains=word)
            | Q(email__icontains=word)
            | Q(unit__name__icontains=word)
        )
    return found.filter(unit__in=subtree(unit)) if unit is not None else found


def names(actors: Iterable[str]) -> dict[str, str]:
    """Return how people call the actors that records name (`user:<id>`, `system:<part>`), in one read."""
    given = set(actors)
    ids = {a.removeprefix("user:"): a for a in given if a.startswith("user:")}
    found = {ids[str(pk)]: name for pk, name in User.objects.filter(pk__in=ids).values_list("pk", "name")}
    return {a: found.get(a, "Remit" if a.startswith("system:") else a) for a in given}
