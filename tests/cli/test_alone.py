"""Each process can run by itself, and says what it lacks."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

REMIT = [sys.executable, "-m", "remit.cli.main"]


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if key != "REMIT_DATABASE_URL"}
    return {**kept, "REMIT_HOME": str(tmp_path_factory.mktemp("alone") / "home")}


@pytest.mark.parametrize("name", ["web", "worker"])
def test_process_that_needs_tables_says_so(name: str, environment: dict[str, str]) -> None:
    done = subprocess.run([*REMIT, name], env=environment, check=False, capture_output=True, text=True)
    assert done.returncode == 1
    assert "tables" in done.stderr
    assert "remit up" in done.stderr
    assert not (Path(environment["REMIT_HOME"]) / "postgres" / "data" / "postmaster.pid").exists()


def test_gateway_needs_no_database(environment: dict[str, str]) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    line = [*REMIT, "gateway", "--port", str(port)]
    process = subprocess.Popen(line, env=environment, stderr=subprocess.PIPE, text=True)
    try:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            try:
                answer = httpx.get(f"http://127.0.0.1:{port}/v2/health/live", timeout=2)
                break
            except httpx.TransportError:
                time.sleep(0.1)
        assert answer.status_code == 200
        second = subprocess.run(line, env=environment, check=False, capture_output=True, text=True)
        assert second.returncode == 1
        assert f"Port {port}" in second.stderr
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0
        process.stderr.close()
