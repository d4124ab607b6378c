"""In whose name a command acts: named by `--as`, and held to what that person may do.

Whoever may run commands on the server may read its database anyway; so reading needs no name, and shows
everything. With a name it shows what that person may see.
"""

from __future__ import annotations

from typing import Annotated, Any

import typer

from remit.kernel.problems import Denied, Invalid

SYSTEM = "system:command-line"
As = Annotated[
    str,
    typer.Option(
        "--as", envvar="REMIT_AS", metavar="EMAIL", help="Act as the person with this e-mail address."
    ),
]


def person(email: str) -> Any:
    """Return who acts.

    Raises:
        Invalid: nobody is named.
        Unknown: nobody has this address.
        Denied: they do not work here any more.
    """
    if not email:
        raise Invalid("A change is made in somebody's name.", remedy="Add --as EMAIL, or set REMIT_AS.")
    from remit.people import queries

    found = queries.user_by_email(email)
    if not found.is_active:
        raise Denied(f"{found.name} does not work here any more.")
    return found


def reader(email: str) -> Any:
    """Return who reads: the person, or the command line itself when nobody is named."""
    return person(email) if email else SYSTEM


def seen(email: str) -> Any:
    """Return whose models are shown, as `inventory.search` takes it."""
    from remit.inventory import search

    return search.seen_by(person(email)) if email else {"units": None}


def unit(name: str) -> Any:
    """Return a unit by name; None if none is named.

    Raises:
        Invalid: there is none.
    """
    from remit.people import queries

    if not name:
        return None
    found = queries.units().filter(name__iexact=name).first()
    if found is None:
        raise Invalid(f"There is no unit {name}.", remedy="Look it up on the People page.")
    return found
