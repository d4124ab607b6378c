"""The one way out to other machines: no address inside the network is reached by what a user typed.

A host is resolved once, every address it has is judged, and the connection goes to the address that was
judged, so that a name cannot answer differently the second time. `REMIT_OUTBOUND_ALLOW` lists, by commas,
what an installation lets through all the same: `registry.internal`, `registry.internal:5000`,
`http://registry.internal:5000` (also without TLS), `file:///srv/git/` (Git repositories below a folder).

Sources: OWASP's cheat sheet on server-side request forgery; the IANA special-purpose address registries,
as Python's `ipaddress` knows them.
"""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx

from remit.kernel.problems import Denied, Invalid, Unavailable

ENVIRONMENT_VARIABLE = "REMIT_OUTBOUND_ALLOW"
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_REMEDY = f"If it is meant, have an administrator add the host to {ENVIRONMENT_VARIABLE}."


@dataclass(frozen=True, slots=True)
class Allowance:
    """What an installation lets through though its address is inside the network."""

    entries: tuple[str, ...]

    @classmethod
    def of_environment(cls) -> Allowance:
        """Read the allowance of this process."""
        return cls(tuple(e.strip() for e in os.environ.get(ENVIRONMENT_VARIABLE, "").split(",") if e.strip()))

    def host(self, host: str, port: int) -> bool:
        """Whether a host is let through, whatever its address."""
        named = {urlsplit(e).netloc if "://" in e else e for e in self.entries}
        return bool(named & {host, f"{host}:{port}"})

    def plain(self, host: str, port: int) -> bool:
        """Whether a host may be spoken to without TLS."""
        return f"http://{host}:{port}" in self.entries

    def folder(self, address: str) -> bool:
        """Whether a `file://` address lies in a folder that is let through."""
        return ".." not in address and any(
            entry.startswith("file:///") and address.startswith(entry.rstrip("/") + "/")
            for entry in self.entries
        )


def public(address: str) -> bool:
    """Whether an IP address is one of the public internet."""
    found = ipaddress.ip_address(address.split("%", maxsplit=1)[0])
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo[1] if found.teredo else None)
        if inner is None and found in _NAT64:
            inner = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
        if inner is not None:
            return public(str(inner))
    return found.is_global and not found.is_multicast


def address_of(host: str, port: int) -> str:
    """Return the IP address to connect to for a host.

    Raises:
        Denied: it has an address that is not public, and the installation does not list it.
        Unavailable: it has no address.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Unavailable(f"The host {host} has no address that can be found.") from error
    addresses = [str(entry[4][0]) for entry in found]
    if not Allowance.of_environment().host(host, port):
        refuse(host, addresses)
    return addresses[0]


def refuse(host: str, addresses: Sequence[str]) -> None:
    """Pass if all addresses of a host are public.

    Raises:
        Denied: one is not.
    """
    inside = next((address for address in addresses if not public(address)), None)
    if inside is not None:
        raise Denied(f"{host} has the address {inside}, which is not a public one.", remedy=_REMEDY)


class _Pinned(httpx.BaseTransport):
    """Connects to the address that was judged; the name stays in the Host header and in TLS."""

    def __init__(self) -> None:
        # connections are not kept: two names may share an address, and each proves its own name
        limits = httpx.Limits(max_keepalive_connections=0)
        self._inner = httpx.HTTPTransport(limits=limits, trust_env=False)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        host = request.url.host
        port = request.url.port or (443 if request.url.scheme == "https" else 80)
        if request.url.scheme != "https" and not Allowance.of_environment().plain(host, port):
            raise Denied(
                f"{host} is only spoken to by https.",
                remedy=f"An administrator can add http://{host}:{port} to {ENVIRONMENT_VARIABLE}.",
            )
        # another request: of this one, the client takes the host that a redirect is relative to
        judged = httpx.Request(
            request.method,
            request.url.copy_with(host=address_of(host, port)),
            headers=request.headers,
            stream=request.stream,
            extensions={**request.extensions, "sni_hostname": host},
        )
        return self._inner.handle_request(judged)

    def close(self) -> None:
        self._inner.close()


def client(*, seconds: float = 30.0) -> httpx.Client:
    """Return a client whose every request, redirected ones too, is judged before it connects.

    Args:
        seconds: how long to wait for a connection and for each read.
    """
    return httpx.Client(transport=_Pinned(), timeout=seconds, follow_redirects=True, max_redirects=5)


def split(address: str) -> tuple[str, int]:
    """Return the host and port of a network location such as `registry.example:5000`.

    Raises:
        Invalid: it is none.
    """
    try:
        parts = urlsplit(f"//{address}")
        host, port = parts.hostname, parts.port or 443
    except ValueError as error:
        raise Invalid(f"{address!r} is no host.") from error
    if not host or parts.username is not None or parts.path or parts.query:
        raise Invalid(f"{address!r} is no host.")
    return host, port
