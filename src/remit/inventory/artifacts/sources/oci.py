"""Images and artifacts of an OCI registry, bound by the digest of their manifest or blob.

Source: the OCI distribution specification 1.1, pulling; the token authentication of the distribution project.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from remit.connectors import outbound
from remit.inventory.artifacts.sources import CHUNK, wrong
from remit.kernel.problems import Broken, Unavailable

SCHEME = "oci://"
FORM = "oci://registry/name@sha256:digest"
CREDENTIALS = "REMIT_OCI_CREDENTIALS"
"""Environment variable: `registry=user:password`, several by commas."""
_LOCATION = re.compile(r"oci://([^/\s@]+)/([a-z0-9]+(?:[._/-]+[a-z0-9]+)*)@sha256:([0-9a-f]{64})")
_MANIFESTS = (
    "application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json, "
    "application/vnd.docker.distribution.manifest.v2+json, "
    "application/vnd.docker.distribution.manifest.list.v2+json"
)
_MANIFEST = 8 << 20
_DEEP = 3


def chunks(location: str) -> Iterator[bytes]:
    """Yield what the digest names, after everything that it names in turn was read and hashed.

    For a manifest that is its own bytes: they bind the configuration and the layers, each of which is read
    to the end here. See `sources.Source`.
    """
    found = _LOCATION.fullmatch(location)
    if found is None:
        raise wrong(location, f"Write {FORM}; a tag is no binding.")
    registry, name, digest = found.groups()
    try:
        with _Registry(registry, name) as opened:
            manifest = opened.manifest(digest)
            if manifest is None:
                yield from opened.blob(digest)
                return
            opened.complete(manifest, 0)
            yield manifest
    except httpx.HTTPError as error:
        raise Unavailable(f"The registry {registry} does not answer: {str(error)[:200]}.") from error


class _Registry:
    """One repository of a registry, signed in to when it asks."""

    def __init__(self, registry: str, name: str) -> None:
        host, port = outbound.split(registry)
        plain = outbound.Allowance.of_environment().plain(host, port)
        self._base = f"{'http' if plain else 'https'}://{registry}/v2/{name}"
        self._name, self._login = name, _login(registry)
        self._client = outbound.client(seconds=60)
        self._authorization: dict[str, str] = {}

    def __enter__(self) -> _Registry:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def manifest(self, digest: str) -> bytes | None:
        """Return a manifest's bytes, or None when the digest is not one of a manifest."""
        with self._get(f"/manifests/sha256:{digest}", _MANIFESTS) as answer:
            if answer.status_code == 404:
                return None
            content = b""
            for chunk in answer.iter_bytes(CHUNK):
                content += chunk
                if len(content) > _MANIFEST:
                    raise Broken(f"The manifest sha256:{digest} is larger than any manifest.")
        if hashlib.sha256(content).hexdigest() != digest:
            raise Broken(f"The registry answers sha256:{digest} with another manifest.")
        return content

    def blob(self, digest: str) -> Iterator[bytes]:
        """Yield a blob's bytes; at its end it is the one the digest names, or Broken is raised."""
        found = hashlib.sha256()
        with self._get(f"/blobs/sha256:{digest}", "*/*") as answer:
            if answer.status_code == 404:
                raise Broken(f"The registry has nothing with the digest sha256:{digest}.")
            for chunk in answer.iter_bytes(CHUNK):
                found.update(chunk)
                yield chunk
        if found.hexdigest() != digest:
            raise Broken(f"The registry answers sha256:{digest} with another blob.")

    def complete(self, manifest: bytes, depth: int) -> None:
        """Read everything a manifest names to its end.

        Raises:
            Broken: something is missing or is not what its digest says.
        """
        try:
            document = json.loads(manifest)
            inner = [_digest(row) for row in document.get("manifests", ())]
            blobs = [_digest(row) for row in (*document.get("layers", ()), document.get("config")) if row]
        except (ValueError, AttributeError, TypeError, KeyError) as error:
            raise Broken("The manifest cannot be read.") from error
        for digest in inner:
            content = self.manifest(digest) if depth < _DEEP else None
            if content is None:
                raise Broken(f"The registry has no manifest sha256:{digest}.")
            self.complete(content, depth + 1)
        for digest in blobs:
            for _ in self.blob(digest):
                pass

    @contextmanager
    def _get(self, path: str, accept: str) -> Iterator[httpx.Response]:
        for first in (True, False):
            headers = {"Accept": accept, **self._authorization}
            with self._client.stream("GET", self._base + path, headers=headers) as answer:
                challenge = answer.headers.get("www-authenticate", "")
                if not (first and answer.status_code == 401 and challenge):
                    if answer.status_code not in {200, 404}:
                        raise Unavailable(f"The registry answers {answer.status_code} for {self._name}.")
                    yield answer
                    return
            self._authorize(challenge)

    def _authorize(self, challenge: str) -> None:
        kind, _, rest = challenge.partition(" ")
        if kind.lower() == "basic" and self._login:
            self._authorization = {
                "Authorization": f"Basic {b64encode(':'.join(self._login).encode()).decode()}"
            }
        asked = dict(re.findall(r'(\w+)="([^"]*)"', rest))
        if kind.lower() == "bearer" and "realm" in asked:
            query = {"service": asked.get("service", ""), "scope": f"repository:{self._name}:pull"}
            answer = self._client.get(asked["realm"], params=query, auth=self._login or None)
            granted = answer.json() if answer.status_code == 200 else {}
            token = granted.get("token") or granted.get("access_token")
            if token:
                self._authorization = {"Authorization": f"Bearer {token}"}


def _login(registry: str) -> tuple[str, str] | None:
    for entry in os.environ.get(CREDENTIALS, "").split(","):
        named, _, pair = entry.strip().partition("=")
        if named == registry and ":" in pair:
            user, _, password = pair.partition(":")
            return user, password
    return None


def _digest(row: Any) -> str:
    found = re.fullmatch(r"sha256:([0-9a-f]{64})", row["digest"])
    if found is None:
        raise ValueError("a digest of another kind")
    return found[1]
