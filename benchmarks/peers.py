"""Environments of peers, and whole processes with their time and memory."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

BUILD = Path(__file__).resolve().parent.parent / ".build"
ENVIRONMENTS = BUILD / "bench-envs"


@dataclass(frozen=True, slots=True)
class Run:
    """One whole process: wall seconds, peak memory in megabytes, what it printed."""

    seconds: float
    megabytes: float
    output: str


def environment(name: str, *requirements: str) -> Path:
    """Make the peer's own environment once, and return its Python."""
    folder = ENVIRONMENTS / name
    python = folder / "bin" / "python"
    stamp = folder / ".requirements"
    wanted = hashlib.sha256("\n".join(requirements).encode()).hexdigest()
    if not stamp.exists() or stamp.read_text(encoding="ascii") != wanted:
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", *requirements], check=True)
        stamp.write_text(wanted, encoding="ascii")
    return python


def timed(*command: str | Path) -> Run:
    """Run a process to its end.

    Raises:
        RuntimeError: it failed; the message is the end of what it wrote.
    """
    output = BUILD / f"bench-output-{os.getpid()}"
    output.parent.mkdir(parents=True, exist_ok=True)
    with output.open("w+b") as file:
        start = time.perf_counter()
        process = subprocess.Popen([str(part) for part in command], stdout=file, stderr=subprocess.STDOUT)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        file.seek(0)
        text = file.read().decode(errors="replace")
    output.unlink()
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{command[0]} ended with {process.returncode}: {text[-2000:]}")
    unit = 1 if sys.platform == "darwin" else 1024
    return Run(seconds, usage.ru_maxrss * unit / 1e6, text)
