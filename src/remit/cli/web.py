"""Run the web process alone: the pages and the API."""

from __future__ import annotations

from typing import Annotated

import typer

from remit.cli import installation, ports, supervisor

NAME = "web"
app = typer.Typer()


@app.command()
def web(
    *,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[
        int | None, typer.Option(help="The port; 0 picks a free one. REMIT_WEB_PORT or 8400.")
    ] = None,
    workers: Annotated[int, typer.Option(min=1, help="How many processes answer.")] = 1,
) -> None:
    """Run the web process alone: the pages and the API. The database must run or be startable."""
    from granian import Granian
    from granian.constants import Interfaces

    from remit.cli import output

    chosen = ports.choose(ports.WEB, port, host)
    supervisor.follow_parent()
    with installation.served():
        output.say(f"The pages are at http://{host}:{chosen}")
        Granian(
            "remit.config.asgi:application",
            address=host,
            port=chosen,
            interface=Interfaces.ASGINL,
            workers=workers,
            websockets=False,
            log_access=False,
        ).serve()
