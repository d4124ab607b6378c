"""Runs the story once on an installation that `remit demo` has started: `python -m demo.story --result FILE`."""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

from remit.kernel.problems import Problem


def main() -> int:
    """Run the story and write its result; return the exit code."""
    parser = argparse.ArgumentParser(prog="demo.story")
    parser.add_argument("--result", type=Path, required=True)
    options = parser.parse_args()
    from remit.cli import installation

    begun = time.perf_counter()
    with installation.ready():
        from demo.story import plot

        try:
            result = plot.tell(begun)
        except Problem as problem:
            sys.stderr.write(f"The story stopped: {problem}\n")
            return 1
    options.result.write_text(json.dumps(result, default=str), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
