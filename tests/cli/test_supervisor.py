"""The supervisor starts, heals and stops real processes, and none outlives it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from remit.cli.supervisor import Part, Supervisor, only_one
from remit.kernel.problems import Conflict, Unavailable

SERVER = (
    "from http.server import HTTPServer, SimpleHTTPRequestHandler as Handler\n"
    "HTTPServer(('127.0.0.1', {port}), Handler).serve_forever()"
)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _server(name: str = "server") -> Part:
    port = _free_port()
    return Part(name, [sys.executable, "-c", SERVER.format(port=port)], f"http://127.0.0.1:{port}/")


def _eventually(holds: Callable[[], bool], seconds: float = 15) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not come to hold"
        time.sleep(0.05)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").exists() is False or " Z " not in Path(f"/proc/{pid}/stat").read_text()


def test_parts_run_within_the_block_and_end_with_it(remit_home: Path) -> None:
    parts = [_server("one"), _server("two")]
    with Supervisor(parts).running():
        pids = [part.process.pid for part in parts if part.process]
        assert all(_lives(pid) for pid in pids)
    assert len(pids) == 2
    assert not any(_lives(pid) for pid in pids)


def test_fallen_part_starts_again(remit_home: Path) -> None:
    part, said = _server(), []
    house = Supervisor([part], say=said.append)
    with house.running():
        first = part.process.pid
        os.kill(first, signal.SIGKILL)
        watching = threading.Thread(target=house.watch)
        watching.start()
        _eventually(lambda: part.process is not None and part.process.pid != first)
        house.stop.set()
        watching.join()
    assert "SIGKILL" in said[0]
    assert part.name in said[0]


def test_pauses_grow_while_it_keeps_falling(remit_home: Path) -> None:
    part = Part("faller", [sys.executable, "-c", "raise SystemExit(3)"])
    house = Supervisor([part], say=[].append)
    pauses = []
    for _ in range(4):
        house._start(part)
        part.process.wait()
        house._mend(part)
        pauses.append(part.pause)
    assert pauses == [1.0, 2.0, 4.0, 8.0]


def test_part_that_ends_at_its_start_is_named_with_its_last_words(remit_home: Path) -> None:
    good = _server("good")
    bad = Part("bad", [sys.executable, "-c", "raise SystemExit('no bundle here')"], "http://127.0.0.1:1/")
    with (
        pytest.raises(Unavailable, match=r"bad process ended .*no bundle here"),
        Supervisor([good, bad]).running(),
    ):
        pass
    assert good.process
    assert not _lives(good.process.pid)


def test_part_that_never_answers_is_named(remit_home: Path) -> None:
    mute = Part(
        "mute", [sys.executable, "-c", "import time; time.sleep(60)"], f"http://127.0.0.1:{_free_port()}/"
    )
    with (
        pytest.raises(Unavailable, match="mute process does not answer"),
        Supervisor([mute]).running(seconds=0.5),
    ):
        pass


def test_stopping_takes_along_what_a_part_started(remit_home: Path) -> None:
    text = "import subprocess, time; print(subprocess.Popen(['sleep', '60']).pid, flush=True); time.sleep(60)"
    part = Part("parent", [sys.executable, "-c", text])
    with Supervisor([part]).running():
        _eventually(lambda: part.log.exists() and part.log.read_text().strip().isdigit())
        child = int(part.log.read_text())
        assert _lives(child)
    _eventually(lambda: not _lives(child))


def test_second_supervisor_of_a_home_hears_of_the_first(remit_home: Path) -> None:
    with only_one() as tell:
        tell({"web": "http://127.0.0.1:9"})
        with pytest.raises(Conflict, match=rf"process {os.getpid()}.*http://127.0.0.1:9"), only_one():
            pass
    with only_one():
        pass


def test_part_ends_when_its_supervisor_was_killed(remit_home: Path) -> None:
    child = (
        "from remit.cli.supervisor import follow_parent; import time\n"
        "follow_parent(); print('up', flush=True); time.sleep(60)"
    )
    parent = (
        "import sys, time; from remit.cli.supervisor import Part, Supervisor\n"
        f"part = Part('child', [sys.executable, '-c', {child!r}])\n"
        "with Supervisor([part]).running():\n    print(part.process.pid, flush=True)\n    time.sleep(60)"
    )
    process = subprocess.Popen([sys.executable, "-c", parent], stdout=subprocess.PIPE, text=True)
    pid = int(process.stdout.readline())
    _eventually((remit_home / "logs" / "child.log").exists)
    _eventually(lambda: "up" in (remit_home / "logs" / "child.log").read_text())
    process.kill()
    process.wait()
    _eventually(lambda: not _lives(pid))
    process.stdout.close()
