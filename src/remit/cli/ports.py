"""Ports: which one a part listens on, and a plain sentence when something else has it."""

from __future__ import annotations

import os
import socket

from remit.kernel.problems import Conflict, Invalid

WEB = ("REMIT_WEB_PORT", 8400)
GATEWAY = ("REMIT_GATEWAY_PORT", 8401)


def choose(kind: tuple[str, int], asked: int | None, host: str = "127.0.0.1") -> int:
    """Return the port to listen on: the asked one, the variable's, or the usual one; 0 picks a free one.

    Raises:
        Invalid: the variable is not a port number.
        Conflict: another program listens on that port.
    """
    variable, usual = kind
    text = str(asked) if asked is not None else os.environ.get(variable) or str(usual)
    if not text.isdecimal() or int(text) > 65535:
        raise Invalid(f"{variable} is {text!r}, not a port number.", remedy="Use a number from 0 to 65535.")
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, int(text)))
        except OSError as error:
            raise Conflict(
                f"Port {text} on {host} cannot be used: {error.strerror or error}.",
                remedy=f"Stop what listens there, or name another port: {variable}=0 picks a free one.",
            ) from error
        return int(probe.getsockname()[1])


def choose_any(kind: tuple[str, int], asked: int | None, host: str = "127.0.0.1") -> int:
    """Return the port as `choose` does, but a free one where nobody named a port and the usual one is taken.

    Two clones may so show the example at once, each at the address it prints.

    Raises:
        Invalid: the variable is not a port number.
        Conflict: the port that was named is taken.
    """
    if asked is not None or os.environ.get(kind[0]):
        return choose(kind, asked, host)
    try:
        return choose(kind, None, host)
    except Conflict:
        return choose(kind, 0, host)
