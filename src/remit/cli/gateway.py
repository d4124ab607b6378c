"""Run the gateway alone: decisions over HTTP, under remits."""

from __future__ import annotations

from typing import Annotated

import typer

from remit.cli import ports, supervisor

NAME = "gateway"
app = typer.Typer()


@app.command()
def gateway(
    *,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[
        int | None, typer.Option(help="The port; 0 picks a free one. REMIT_GATEWAY_PORT or 8401.")
    ] = None,
    environment: Annotated[
        str, typer.Option(help="Which environment's deployments it serves.")
    ] = "production",
) -> None:
    """Run the gateway alone. It needs the published bundle and the public keys, not the database."""
    from remit.gateway.__main__ import main

    chosen = ports.choose(ports.GATEWAY, port, host)
    supervisor.follow_parent()
    raise typer.Exit(main(["--host", host, "--port", str(chosen), "--environment", environment]))
