"""Runs the gateway: one process, one event loop, one port."""

from __future__ import annotations

import asyncio
import fcntl
import logging
import signal
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from granian.constants import Interfaces
from granian.server.embed import Server

from remit.gateway.app import Gateway
from remit.gateway.bundle import BundleFile, Loader
from remit.gateway.decide import Decider
from remit.gateway.limits import LimitBook
from remit.gateway.recorder import Recorder
from remit.gateway.strangers import Strangers
from remit.kernel.problems import Broken, Conflict
from remit.proof import keys

log = logging.getLogger("remit.gateway")


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where the gateway reads and writes.

    `keys` needs only `*.public.pem` files: the gateway verifies and never signs. `state` is this node's
    own: limits used, the highest bundle obeyed, records not yet in Parquet. `strangers` takes what nobody
    has registered.
    """

    bundle: Path
    keys: Path
    artifacts: Path
    decisions: Path
    state: Path
    strangers: Path


def serve(
    places: Places, *, host: str = "127.0.0.1", port: int = 8401, environment: str = "production"
) -> None:
    """Serve until SIGTERM or SIGINT, then write every record and return. Port 0 takes a free one.

    Raises:
        Conflict: the port or the state folder is in use by another process.
        Broken: a folder cannot be used, or the limit journal is damaged.
    """
    asyncio.run(_serve(places, host, _free_port(host, port), environment))


async def _serve(places: Places, host: str, port: int, environment: str) -> None:
    lock = _own(places.state)
    try:
        recorder = Recorder(places.decisions, places.state / "journal")
        limits = LimitBook(places.state / "limits.jsonl")
    except OSError as error:
        raise Broken(
            f"The gateway cannot use {error.filename}: {error.strerror}.",
            remedy="Let its account write there, and free disk space.",
        ) from error
    loader = Loader(lambda: public_keys(places.keys), places.artifacts)
    bundle = BundleFile(places.bundle, loader, environment, places.state)
    strangers = Strangers(places.strangers)
    gateway = Gateway(bundle, Decider(limits, recorder, environment), recorder, strangers, environment)
    bundle.reload()
    if bundle.fault:
        log.warning("no bundle yet: %s", bundle.fault)
    await _until_stopped(gateway, host, port)
    recorder.close()
    strangers.flush()
    limits.close()
    lock.close()


async def _until_stopped(gateway: Gateway, host: str, port: int) -> None:
    server = Server(gateway, host, port, interface=Interfaces.RSGI, websockets=False, log_enabled=False)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, gateway.stopping.set)
    upkeep = asyncio.create_task(gateway.run())
    serving = asyncio.create_task(server.serve())
    log.info("listening on http://%s:%d", host, port)
    stopped = asyncio.create_task(gateway.stopping.wait())
    await asyncio.wait({upkeep, serving, stopped}, return_when=asyncio.FIRST_COMPLETED)
    gateway.stopping.set()
    loop.call_soon(server.stop)
    await serving
    await upkeep


def public_keys(folder: Path) -> dict[str, str]:
    """Return the public keys in `folder` by key id.

    Raises:
        Invalid: a file is no public key.
    """
    return keys.read_public_keys(sorted(folder.glob("*.public.pem")))


def _own(state: Path) -> IO[str]:
    """Lock the state folder for as long as the returned file is open: two counters would both be wrong."""
    try:
        state.mkdir(parents=True, exist_ok=True)
        lock = (state / "lock").open("w", encoding="ascii")
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise Conflict(
            f"Another gateway is using {state}.",
            remedy="Stop it, or give this one a state folder of its own.",
        ) from error
    except OSError as error:
        raise Broken(
            f"The gateway cannot use {state}: {error.strerror}.", remedy="Let its account write there."
        ) from error
    return lock


def _free_port(host: str, port: int) -> int:
    """Return `port`, or a free one for 0; granian shares a taken port silently, so it is tried first."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Conflict(
                f"The gateway cannot listen on {host}:{port}: {error.strerror}.",
                remedy="Stop what uses the port, or set REMIT_GATEWAY_PORT to another one.",
            ) from error
        free: int = probe.getsockname()[1]
        return free
