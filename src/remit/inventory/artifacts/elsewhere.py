"""Artifacts that stay where they are: read to the end at registration and again at every gate."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from remit.inventory.artifacts import sources, store
from remit.inventory.contract import RemoteFile, StoredArtifact
from remit.kernel.ids import uuid7
from remit.kernel.problems import Broken, Invalid


def bound(file: RemoteFile) -> StoredArtifact:
    """Read a file where it lies and return its digest; nothing is kept.

    Raises:
        Invalid: the location is wrong, the file is empty, or its digest is not the one that was given.
        Denied: the location is inside the network and the installation does not list it.
        Unavailable: it cannot be reached, or what reading it takes is not installed.
    """
    digest, size = _read(file.location)
    if size == 0:
        raise Invalid(f"{file.location} is empty.", fields={"artifacts": f"{file.name} is empty."})
    if file.sha256 and file.sha256 != digest:
        raise Invalid(
            f"{file.location} has the digest {digest}, not {file.sha256}.",
            fields={"artifacts": f"{file.name} is another file than you say."},
        )
    return StoredArtifact(file.name, file.media_type, digest, size, file.location)


def check(name: str, sha256: str, location: str) -> None:
    """Hash a file again, wherever it lies, in constant memory.

    Raises:
        Broken: it is gone, or its content has changed.
        Unavailable: its place cannot be reached now.
    """
    if not location:
        store.verified(name, sha256)
        return
    found, _ = _read(location)
    if found != sha256:
        raise _changed(name, sha256, location, found)


def brought(name: str, sha256: str, location: str) -> Path:
    """Return a file in the store; one that lies elsewhere is copied there, verified.

    Raises:
        Broken: it is gone, or its content has changed.
        Unavailable: its place cannot be reached, or the store cannot be written.
    """
    if location and not store.place(sha256).exists():
        kept = store.keep(_chunks(location), name)
        if kept.sha256 != sha256:
            store.place(kept.sha256).unlink(missing_ok=True)
            raise _changed(name, sha256, location, kept.sha256)
    return store.verified(name, sha256)


def read_into(folder: Path, name: str, sha256: str, location: str) -> Path:
    """Return a verified file to read: the store's own, or a copy in the folder of one that lies elsewhere.

    Raises:
        Broken: it is gone, or its content has changed.
        Unavailable: its place cannot be reached.
    """
    if not location or store.place(sha256).exists():
        return store.verified(name, sha256)
    copy, digest = folder / uuid7().hex, hashlib.sha256()
    with copy.open("wb") as target:
        for chunk in _chunks(location):
            digest.update(chunk)
            target.write(chunk)
    if digest.hexdigest() != sha256:
        raise _changed(name, sha256, location, digest.hexdigest())
    return copy


def _read(location: str) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    for chunk in _chunks(location):
        digest.update(chunk)
        size += len(chunk)
    return digest.hexdigest(), size


def _chunks(location: str) -> Iterator[bytes]:
    return sources.of(location).chunks(location)


def _changed(name: str, sha256: str, location: str, found: str) -> Broken:
    return Broken(
        f"The artifact {name} at {location} was changed after registration: its digest is {found}, "
        f"not {sha256}.",
        remedy="Restore the registered file there, or register the new one as a new version.",
    )
