"""Runs benchmarks: each folder here with a `bench.py` is one question, answered beside its peer.

`make bench NAME=measure` runs one and keeps its table in `latest.json`; `ARGS=--quick` runs a small form
of it and keeps nothing. Without a name, all run. A bench has `run(quick) -> rows`, each row with measure,
ours, peer, ratio, goal, met, how; peers live in environments of their own under `.build/bench-envs`.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import platform
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))


def names() -> list[str]:
    """Return the benchmarks there are."""
    return sorted(path.parent.name for path in HERE.glob("*/bench.py"))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the named benchmarks, or all of them; returns the exit code."""
    parser = argparse.ArgumentParser(description="Compare with peers.")
    parser.add_argument("name", nargs="?", choices=names(), help="which benchmark; all without it")
    parser.add_argument(
        "--quick", action="store_true", help="a small form, under a minute, that keeps nothing"
    )
    asked = parser.parse_args(arguments)
    for name in [asked.name] if asked.name else names():
        before = os.getloadavg()[0]
        rows = load(name).run(asked.quick)
        show(name, rows)
        if not asked.quick:
            keep(name, rows, before)
    return 0


def load(name: str) -> Any:
    """Import a bench by its file."""
    spec = importlib.util.spec_from_file_location(f"bench_{name}", HERE / name / "bench.py")
    if spec is None or spec.loader is None:
        raise SystemExit(f"There is no benchmark {name}.")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def show(name: str, rows: list[dict[str, Any]]) -> None:
    """Print the table."""
    table = Table(title=name, title_justify="left", box=None, pad_edge=False)
    for column in ("measure", "ours", "peer", "ratio", "goal", "met", "how"):
        table.add_column(column, overflow="fold")
    for row in rows:
        met = {True: "yes", False: "NO", None: ""}[row["met"]]
        cells = (row["measure"], row["ours"], row["peer"], row["ratio"], row["goal"], met, row["how"])
        table.add_row(*("" if cell is None else str(cell) for cell in cells))
    Console(width=max(120, Console().width)).print(table)


def keep(name: str, rows: list[dict[str, Any]], before: float) -> None:
    """Write the table, and what it ran on and how busy that was, to `latest.json`."""
    found = {
        "benchmark": name,
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": {
            "cpus": os.cpu_count(),
            "processor": processor(),
            "system": platform.platform(),
            "python": platform.python_version(),
            "load_before": round(before, 1),
        },
        "rows": rows,
    }
    (HERE / name / "latest.json").write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


def processor() -> str:
    """Return the processor's name as the system gives it."""
    information = Path("/proc/cpuinfo")
    if information.exists():
        for line in information.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


if __name__ == "__main__":
    sys.exit(main())
