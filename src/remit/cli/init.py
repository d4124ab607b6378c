"""Open an empty installation: its organisation, first administrator and keys."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from remit.cli import installation, migrate, output
from remit.kernel import paths
from remit.kernel.problems import Invalid

NAME = "init"
app = typer.Typer()


@app.command()
def init(
    *,
    organisation: Annotated[str, typer.Option(prompt=True, help="The organisation's name.")],
    email: Annotated[str, typer.Option(prompt=True, help="The first administrator's e-mail address.")],
    name: Annotated[str, typer.Option(prompt="Your name", help="The first administrator's name.")],
    as_json: output.AsJson = False,
) -> None:
    """Open an empty installation: its organisation, first administrator and keys.

    The password is asked for, or read from REMIT_ADMIN_PASSWORD or from standard input.
    """
    password = _password()
    with installation.ready(current=False):
        migrate.bring_up_to_date()
        from remit.people import actions
        from remit.proof.keys import KeyRing

        first = actions.open_installation(
            organisation=organisation, email=email, name=name, password=password, acting_user="system:init"
        )
        key = KeyRing(paths.keys()).active_id
    opened = {
        "organisation": organisation,
        "administrator": first.email,
        "signing_key": key,
        "home": paths.home(),
    }
    output.show(opened, as_json=as_json, title="This Remit is open; `remit up` starts it")


def _password() -> str:
    given = os.environ.get("REMIT_ADMIN_PASSWORD")
    if given is None and sys.stdin.isatty():
        given = typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    elif given is None:
        given = sys.stdin.readline().rstrip("\n")
    if not given:
        raise Invalid(
            "The first administrator needs a password.", remedy="Give it with REMIT_ADMIN_PASSWORD."
        )
    return str(given)
