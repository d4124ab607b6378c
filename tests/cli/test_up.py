"""A whole installation starts from nothing, heals and stops: real processes, a real database."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

REMIT = [sys.executable, "-m", "remit.cli.main"]


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    home = tmp_path_factory.mktemp("whole") / "home"
    kept = {key: value for key, value in os.environ.items() if key != "REMIT_DATABASE_URL"}
    return {**kept, "REMIT_HOME": str(home)}


@pytest.fixture(scope="module")
def house(environment: dict[str, str]) -> Iterator[tuple[subprocess.Popen[str], dict[str, str]]]:
    line = [*REMIT, "up", "--port", "0", "--gateway-port", "0", "--json"]
    process = subprocess.Popen(
        line, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    said = ""
    while not said.endswith("}\n"):
        line_said = process.stdout.readline()
        if not line_said:
            pytest.fail(f"remit up ended: {process.stderr.read()}")
        said += line_said
    yield process, json.loads(said)
    process.kill()
    process.wait()
    process.stdout.close()
    process.stderr.close()


def _health(address: str) -> dict:
    return httpx.get(f"{address}/health", timeout=5).json()


def _eventually(holds: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while True:
        try:
            if holds():
                return
        except (OSError, httpx.HTTPError, ValueError):
            pass
        assert time.monotonic() < deadline, "it did not come to hold"
        time.sleep(0.1)


def _postmaster(environment: dict[str, str]) -> int:
    file = Path(environment["REMIT_HOME"]) / "postgres" / "data" / "postmaster.pid"
    return int(file.read_text().split()[0])


def test_everything_answers(house: tuple, environment: dict[str, str]) -> None:
    _, addresses = house
    assert _health(addresses["web"])["database"] is True
    assert httpx.get(f"{addresses['gateway']}/v2/health/live", timeout=5).status_code == 200
    assert len(addresses["set_up_code"]) == 19


def test_second_start_hears_of_the_first(house: tuple, environment: dict[str, str]) -> None:
    process, addresses = house
    second = subprocess.run([*REMIT, "up"], env=environment, check=False, capture_output=True, text=True)
    assert second.returncode == 1
    assert str(process.pid) in second.stderr
    assert addresses["web"] in second.stderr


def test_killed_database_comes_back(house: tuple, environment: dict[str, str]) -> None:
    _, addresses = house
    killed = _postmaster(environment)
    os.kill(killed, signal.SIGKILL)
    _eventually(lambda: _postmaster(environment) != killed and _health(addresses["web"])["database"])


def test_init_opens_it_once(house: tuple, environment: dict[str, str]) -> None:
    line = [*REMIT, "init", "--organisation", "Bank", "--email", "ana@example.com", "--name", "Ana", "--json"]
    secret = {"REMIT_ADMIN_PASSWORD": "correct horse battery staple"}
    weak = subprocess.run(line, env=environment, check=False, input="short\n", capture_output=True, text=True)
    assert weak.returncode == 1
    assert "password" in json.loads(weak.stderr)["fields"]
    first = subprocess.run(line, env=environment | secret, check=True, capture_output=True, text=True)
    assert json.loads(first.stdout)["administrator"] == "ana@example.com"
    again = subprocess.run(line, env=environment | secret, check=False, capture_output=True, text=True)
    assert again.returncode == 1
    assert "already set up" in again.stderr


def test_unknown_things_are_named(house: tuple, environment: dict[str, str]) -> None:
    for arguments, said in (
        (["gate", "MDL-0009", "1", "G5"], "MDL-0009"),
        (["remit", "show", "RM-0009"], "RM-0009"),
    ):
        done = subprocess.run(
            [*REMIT, *arguments], env=environment, check=False, capture_output=True, text=True
        )
        assert done.returncode == 1
        assert said in done.stderr
        assert done.stderr.count("\n") == 1


def test_stop_leaves_nothing_running(house: tuple, environment: dict[str, str]) -> None:
    process, addresses = house
    postmaster = _postmaster(environment)
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=60) == 0
    with pytest.raises(httpx.ConnectError):
        _health(addresses["web"])
    _eventually(lambda: not Path(f"/proc/{postmaster}/cwd").exists())
