"""Make, list and revoke API tokens."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any

import typer

from remit.cli import acting, installation, output

NAME = "tokens"
app = typer.Typer(no_args_is_help=True, help="Make, list and revoke API tokens.")


@app.command()
def create(
    name: Annotated[str, typer.Argument(help="What it is for.")],
    *,
    scope: Annotated[
        list[str] | None, typer.Option(help="A permission, or read; repeat it for more. Usually `read`.")
    ] = None,
    days: Annotated[int, typer.Option(min=1, max=365, help="For how many days it is good.")] = 90,
    as_: acting.As = "",
    as_json: output.AsJson = False,
) -> None:
    """Make a token for the person named by --as; its secret is shown this once."""
    with installation.ready():
        from remit.kernel import clock
        from remit.people import actions

        made, secret = actions.create_token(
            acting_user=acting.person(as_),
            name=name,
            scopes=scope or ["read"],
            expires_at=clock.recorded_now() + timedelta(days=days),
        )
        row = {**_row(made), "secret": secret}
    output.show(row, as_json=as_json, title="Made; the secret is not shown again")


@app.command(name="list")
def list_(*, as_: acting.As = "", as_json: output.AsJson = False) -> None:
    """List the tokens of the person named by --as, and of the service accounts they answer for."""
    with installation.ready():
        from remit.people import queries

        rows = [_row(token) for token in queries.tokens(acting.person(as_))]
    output.show(rows, as_json=as_json, title="Tokens")


@app.command()
def revoke(
    prefix: Annotated[str, typer.Argument(help="The token's first characters, as listed.")],
    *,
    reason: Annotated[str, typer.Option(help="Why; it is kept in the ledger.")] = "",
    as_: acting.As = "",
    as_json: output.AsJson = False,
) -> None:
    """End a token now."""
    with installation.ready():
        from remit.people import actions, queries

        who = acting.person(as_)
        ended = actions.revoke_token(acting_user=who, token=queries.token(who, prefix), reason=reason)
        row = _row(ended)
    output.show(row, as_json=as_json, title="Ended")


def _row(token: Any) -> dict[str, Any]:
    return {
        "prefix": token.prefix,
        "name": token.name,
        "holder": token.user.email,
        "scopes": token.scopes,
        "expires_at": token.expires_at,
        "last_used_at": token.last_used_at,
        "revoked_at": token.revoked_at,
    }
