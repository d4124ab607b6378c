"""Keeps a set of processes running: starts them, waits until they answer, restarts what falls, stops all."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from remit.kernel import paths
from remit.kernel.problems import Conflict, Unavailable

PARENT = "REMIT_SUPERVISOR"
_GRACE_SECONDS = 15.0
_STEADY_SECONDS = 30.0
_LONGEST_PAUSE = 30.0


@dataclass(slots=True)
class Part:
    """One process to keep: its command line and, if it serves HTTP, an address that answers when it is up."""

    name: str
    command: list[str]
    health: str = ""
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    pause: float = 0.5
    due: float = 0.0

    @property
    def log(self) -> Path:
        """Where the process writes."""
        return paths.logs() / f"{self.name}.log"


def part(name: str, *arguments: str, health: str = "") -> Part:
    """Return a part that is itself a `remit` command."""
    return Part(name, [sys.executable, "-m", "remit.cli.main", *arguments], health)


@dataclass(slots=True)
class Supervisor:
    """Runs its parts until `stop` is set, by Ctrl-C, SIGTERM or the caller."""

    parts: list[Part]
    environment: Mapping[str, str] = field(default_factory=dict)
    say: Callable[[str], None] = print
    check: Callable[[], None] = lambda: None
    stop: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def running(self, seconds: float = 60.0) -> Iterator[Supervisor]:
        """Within the block all parts run and answer; afterwards none does.

        Raises:
            Unavailable: a part ended or did not answer in time; its last line of log is in the detail.
        """
        with self._signals():
            try:
                for each in self.parts:
                    self._start(each)
                self._wait(seconds)
                yield self
            finally:
                self.stop.set()
                self._stop_all()

    def watch(self, until: Callable[[], bool] = lambda: False) -> None:
        """Restart what falls, with growing pauses, until it is time to stop or `until` holds."""
        while not until() and not self.stop.wait(0.2):
            self.check()
            for each in self.parts:
                self._mend(each)

    def _start(self, each: Part) -> None:
        paths.logs().mkdir(parents=True, exist_ok=True)
        if each.log.exists() and each.log.stat().st_size > 10_000_000:
            each.log.replace(each.log.with_suffix(".old.log"))
        with each.log.open("ab") as log:
            # A group for each part: its own workers end with it, even when it was killed outright.
            each.process = subprocess.Popen(
                each.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                process_group=0,
                env={**os.environ, **self.environment, PARENT: str(os.getpid())},
            )
        each.started = time.monotonic()

    def _mend(self, each: Part) -> None:
        now = time.monotonic()
        if each.process is None:
            if now >= each.due:
                self._start(each)
        elif (code := each.process.poll()) is not None:
            _signal_group(each.process, signal.SIGKILL)
            each.pause = 0.5 if now - each.started > _STEADY_SECONDS else min(each.pause * 2, _LONGEST_PAUSE)
            each.process, each.due = None, now + each.pause
            self.say(
                f"{each.name} ended ({_how(code)}) and starts again in {each.pause:.0f} s; see {each.log}"
            )

    def _wait(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        waiting = [each for each in self.parts if each.health]
        while waiting and not self.stop.is_set():
            for each in self.parts:
                if each.process is not None and (code := each.process.poll()) is not None:
                    raise Unavailable(
                        f"The {each.name} process ended at its start ({_how(code)}): {last_line(each.log)}",
                        remedy=f"See {each.log}.",
                    )
            if time.monotonic() > deadline:
                raise Unavailable(
                    f"The {waiting[0].name} process does not answer after {seconds:.0f} s.",
                    remedy=f"See {waiting[0].log}.",
                )
            waiting = [each for each in waiting if not answers(each.health)]
            self.stop.wait(0.1)

    def _stop_all(self) -> None:
        running = [each.process for each in self.parts if each.process is not None]
        for process in running:
            _signal_group(process, signal.SIGTERM)
        deadline = time.monotonic() + _GRACE_SECONDS
        for process in running:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(0.1, deadline - time.monotonic()))
            _signal_group(process, signal.SIGKILL)
            process.wait()

    @contextmanager
    def _signals(self) -> Iterator[None]:
        def ask(number: int, frame: FrameType | None) -> None:
            del number, frame
            self.stop.set()

        before = {
            number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        }
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


@contextmanager
def only_one() -> Iterator[Callable[[Mapping[str, str]], None]]:
    """Hold this home for one supervisor, and yield how it tells others its addresses.

    The system frees the hold when the process ends, however it ends.

    Raises:
        Conflict: another one runs; the detail gives its process and address.
    """
    file = paths.home() / "up.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a+", encoding="utf-8") as hold:
        try:
            fcntl.flock(hold, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            hold.seek(0)
            other = json.loads(hold.read() or "{}")
            raise Conflict(
                f"Remit already runs from {paths.home()} (process {other.get('pid', 'unknown')}), "
                f"at {other.get('web', 'an address it has not told yet')}.",
                remedy="Use that one, stop it first, or name another folder with REMIT_HOME.",
            ) from None

        def tell(addresses: Mapping[str, str]) -> None:
            hold.truncate(0)
            hold.write(json.dumps({"pid": os.getpid(), **addresses}))
            hold.flush()

        tell({})
        yield tell
        hold.truncate(0)


def supervised() -> bool:
    """Tell whether a supervisor started this process."""
    return PARENT in os.environ


def follow_parent() -> None:
    """End this process when its supervisor is gone, so that nothing outlives a killed `remit up`."""
    parent = os.environ.get(PARENT)
    if not parent:
        return

    def watch() -> None:
        while os.getppid() == int(parent):
            time.sleep(1)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="follow-parent", daemon=True).start()


def answers(address: str) -> bool:
    """Tell whether something answers HTTP at this address, with anything but a server error."""
    try:
        with urllib.request.urlopen(address, timeout=2) as answer:  # noqa: S310 - our own address
            return bool(answer.status < 500)
    except urllib.error.HTTPError as error:
        return error.code < 500
    except OSError:
        return False


def last_line(log: Path) -> str:
    """Return the last line a process wrote, which for a problem is the problem."""
    lines = (
        log.read_text(encoding="utf-8", errors="replace")[-4000:].strip().splitlines() if log.exists() else []
    )
    return lines[-1].strip() if lines else "it wrote nothing"


def _how(code: int) -> str:
    return f"exit code {code}" if code >= 0 else f"signal {signal.Signals(-code).name}"


def _signal_group(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)
