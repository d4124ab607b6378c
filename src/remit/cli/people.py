"""List, show, invite and sign off people, and give and end their roles."""

from __future__ import annotations

import getpass
import os
import sys
from typing import Annotated, Any

import typer

from remit.cli import acting, installation, output
from remit.kernel.problems import Invalid

NAME = "people"
PASSWORD = "REMIT_NEW_PASSWORD"  # noqa: S105 - the variable's name
app = typer.Typer(
    no_args_is_help=True, help="List, show, invite and sign off people, and give and end their roles."
)

Email = Annotated[str, typer.Argument(help="The person's e-mail address.")]
UnitName = Annotated[str, typer.Option("--unit", help="A unit's name.")]
Reason = Annotated[str, typer.Option(help="Why; it is kept in the ledger.")]


@app.command(name="list")
def list_(
    *,
    query: Annotated[str, typer.Option("-q", "--query", help="A part of a name, title or address.")] = "",
    unit: UnitName = "",
    left: Annotated[bool, typer.Option("--left", help="Those who left instead.")] = False,
    as_: acting.As = "",
    as_json: output.AsJson = False,
) -> None:
    """List people by name."""
    with installation.ready():
        from remit.people import queries
        from remit.people.policies import policy

        found = queries.directory(query, unit=acting.unit(unit), left=left)
        rows = [_row(each) for each in policy("people").visible(acting.reader(as_), found)]
    output.show(rows, as_json=as_json, title="People")


@app.command()
def show(email: Email, *, as_: acting.As = "", as_json: output.AsJson = False) -> None:
    """Show a person and the roles they hold now."""
    with installation.ready():
        from remit.people import queries
        from remit.people.policies import policy

        policy("people").require(acting.reader(as_), "read")
        found = queries.user_by_email(email)
        roles = sorted({grant.role for grant in queries.grants_of(found)})
        row = {**_row(found), "roles": roles}
    output.show(row, as_json=as_json)


@app.command()
def invite(
    email: Email,
    name: Annotated[str, typer.Argument(help="The person's name.")],
    *,
    title: Annotated[str, typer.Option(help="What they are called by their work.")] = "",
    unit: UnitName = "",
    role: Annotated[list[str] | None, typer.Option(help="A role's id; repeat it for more.")] = None,
    as_: acting.As = "",
    as_json: output.AsJson = False,
) -> None:
    """Add a person with the roles they hold. The password is asked for, or read from REMIT_NEW_PASSWORD."""
    password = os.environ.get(PASSWORD) or (getpass.getpass("Password: ") if sys.stdin.isatty() else "")
    if not password:
        raise Invalid("The person needs a password.", remedy=f"Set {PASSWORD}.")
    with installation.ready():
        from remit.people import actions

        added = actions.invite(
            acting_user=acting.person(as_),
            email=email,
            name=name,
            title=title,
            password=password,
            unit=acting.unit(unit),
            roles=tuple(role or ()),
        )
        row = _row(added)
    output.show(row, as_json=as_json, title="Added")


@app.command()
def leave(email: Email, *, reason: Reason = "", as_: acting.As = "", as_json: output.AsJson = False) -> None:
    """Sign somebody off who leaves: roles, tokens and sessions end now; what they did stays."""
    with installation.ready():
        from remit.people import actions, queries

        who = acting.person(as_)
        left = actions.leave(acting_user=who, user=queries.user_by_email(email), reason=reason)
        row = _row(left)
    output.show(row, as_json=as_json, title="Signed off")


@app.command()
def assign(
    email: Email,
    role: Annotated[str, typer.Argument(help="The role's id, such as model_owner.")],
    *,
    unit: UnitName = "",
    reason: Reason = "",
    as_: acting.As = "",
    as_json: output.AsJson = False,
) -> None:
    """Give a person a role, in a unit or everywhere."""
    with installation.ready():
        from remit.people import actions, queries

        given = actions.assign_role(
            acting_user=acting.person(as_),
            user=queries.user_by_email(email),
            role=role,
            unit=acting.unit(unit),
            reason=reason,
        )
        row = {"person": email, "role": given.role, "unit": unit or None, "from": given.valid_from}
    output.show(row, as_json=as_json, title="Given")


def _row(person: Any) -> dict[str, Any]:
    return {
        "email": person.email,
        "name": person.name,
        "title": person.title,
        "unit": person.unit.name if person.unit else None,
        "active": person.is_active,
    }
