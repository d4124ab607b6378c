"""Rebuild what lists read of every model."""

from __future__ import annotations

import typer

from remit.cli import installation, output

NAME = "inventory"
app = typer.Typer(no_args_is_help=True, help="Rebuild what lists read of every model.")


@app.callback()
def inventory() -> None:
    """Rebuild what lists read of every model."""


@app.command()
def rebuild(*, as_json: output.AsJson = False) -> None:
    """Write anew how every model stands; for a database that was restored, or changed by hand."""
    with installation.ready():
        found = rebuild_standing()
    output.show({"use_cases": found}, as_json=as_json)


def rebuild_standing() -> int:
    """Write anew how every model stands and return how many use cases there are."""
    from remit.governance import actions as governance
    from remit.inventory import standing
    from remit.monitoring import actions as monitoring

    found = standing.rebuild()
    governance.note_remits(acting_user="system:rebuild")
    monitoring.note_health(acting_user="system:rebuild")
    return found
