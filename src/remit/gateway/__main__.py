"""`python -m remit.gateway`: one gateway process over the data folder `REMIT_HOME`."""

from __future__ import annotations

import argparse
import logging
import os
import sys

from remit.gateway.server import Places, serve
from remit.kernel import paths
from remit.kernel.problems import Problem


def main(arguments: list[str] | None = None) -> int:
    """Run a gateway until it is stopped; return the exit code."""
    parser = argparse.ArgumentParser(prog="remit-gateway", description="Serve decisions under signed remits.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=int(os.environ.get("REMIT_GATEWAY_PORT", "8401")))
    parser.add_argument("--environment", default="production")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s", stream=sys.stderr)
    places = Places(
        bundle=paths.bundle_file(),
        keys=paths.keys(),
        artifacts=paths.artifacts(),
        decisions=paths.decisions(),
        state=paths.home() / "gateway",
        strangers=paths.strangers(),
    )
    try:
        serve(places, host=options.host, port=options.port, environment=options.environment)
    except Problem as problem:
        sys.stderr.write(f"remit-gateway: {problem}\n")
        return 1
    return 0


if __name__ == "__main__":
    code = main()
    # everything is written and closed; the server's threads may still want the interpreter, and one that
    # is being taken down under them aborts the process
    logging.shutdown()
    os._exit(code)
