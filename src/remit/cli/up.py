"""Start everything: the database, the pages, the worker and the gateway."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated

import typer

from remit.cli import output, ports, supervisor
from remit.config import postgres
from remit.kernel import paths
from remit.kernel.problems import Problem, Unavailable

NAME = "up"
app = typer.Typer()

Host = Annotated[str, typer.Option(help="The address to listen on.")]
WebPort = Annotated[
    int | None, typer.Option(help="Of the pages; 0 picks a free one. REMIT_WEB_PORT or 8400.")
]
GatewayPort = Annotated[
    int | None, typer.Option(help="Of the gateway; 0 picks a free one. REMIT_GATEWAY_PORT or 8401.")
]


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the running installation answers."""

    web: str
    gateway: str
    home: str
    set_up_code: str | None


@app.command()
def up(
    *,
    host: Host = "127.0.0.1",
    port: WebPort = None,
    gateway_port: GatewayPort = None,
    web_workers: Annotated[int, typer.Option(min=1, help="How many web processes answer.")] = 1,
    as_json: output.AsJson = False,
) -> None:
    """Start everything and keep it running until Ctrl-C: database, pages, worker, gateway."""
    with everything(host=host, port=port, gateway_port=gateway_port, web_workers=web_workers) as (
        house,
        addresses,
    ):
        output.show(addresses, as_json=as_json, title="Remit is up; Ctrl-C stops it")
        sys.stdout.flush()
        house.watch()
    output.say("Remit has stopped.")


@contextmanager
def everything(
    *,
    host: str,
    port: int | None,
    gateway_port: int | None,
    web_workers: int = 1,
    environment: Mapping[str, str] | None = None,
) -> Iterator[tuple[supervisor.Supervisor, Addresses]]:
    """Within the block this home's whole Remit runs and answers; afterwards nothing of it does.

    Raises:
        Conflict: it runs already, or a port is taken.
        Unavailable, Broken: the database or a part cannot start.
    """
    with supervisor.only_one() as tell:
        web = ports.choose(ports.WEB, port, host)
        gateway = ports.choose(ports.GATEWAY, gateway_port, host)
        tell({"web": f"http://{host}:{web}", "gateway": f"http://{host}:{gateway}"})
        with postgres.running():
            code = _migrate()
            addresses = Addresses(f"http://{host}:{web}", f"http://{host}:{gateway}", str(paths.home()), code)
            house = supervisor.Supervisor(
                parts=_parts(host, web, gateway, web_workers),
                environment={
                    ports.WEB[0]: str(web),
                    ports.GATEWAY[0]: str(gateway),
                    "REMIT_GATEWAY_URL": addresses.gateway,
                    **(environment or {}),
                },
                say=output.say,
                check=_mend_database,
            )
            with house.running():
                yield house, addresses


def _parts(host: str, web: int, gateway: int, web_workers: int) -> list[supervisor.Part]:
    listen = ("--host", host, "--port")
    return [
        supervisor.part(
            "web",
            "web",
            *listen,
            str(web),
            "--workers",
            str(web_workers),
            health=f"http://{host}:{web}/health",
        ),
        supervisor.part("worker", "worker"),
        supervisor.part(
            "gateway", "gateway", *listen, str(gateway), health=f"http://{host}:{gateway}/v2/health/live"
        ),
    ]


def _migrate() -> str | None:
    """Bring the tables up to date and return the set-up code, if nobody administers this Remit yet.

    In a process of its own: the supervisor stays small, without Django.
    """
    line = [sys.executable, "-m", "remit.cli.main", "migrate", "--json"]
    done = subprocess.run(line, check=False, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    if done.returncode:
        raise Unavailable(
            "The database could not be prepared.", remedy="Mend what is said above, then start again."
        )
    code: str | None = json.loads(done.stdout)["set_up_code"]
    return code


def _mend_database() -> None:
    """Start the embedded database again if it was killed."""
    if not postgres.embedded() or postgres.status().running:
        return
    output.say("The database ended and starts again.")
    try:
        postgres.start()
    except Problem as problem:
        output.say(f"remit: {problem}")
