"""The artifact store: files under their SHA-256, written once, verified whenever read."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from remit.inventory.contract import ArtifactFile, StoredArtifact
from remit.kernel import paths
from remit.kernel.ids import uuid7
from remit.kernel.problems import Broken, Invalid, Unavailable

_CHUNK = 1 << 20


def place(sha256: str) -> Path:
    """Return where the file with this digest is kept."""
    return paths.artifacts() / "sha256" / sha256[:2] / sha256


def store(file: ArtifactFile) -> StoredArtifact:
    """Copy a file into the store and return its digest.

    Raises:
        Invalid: it cannot be read, or is empty.
        Unavailable: the store cannot be written, for example because the disk is full.
    """
    try:
        source = file.path.open("rb")
    except OSError as error:
        raise Invalid(
            f"The file {file.path} cannot be read: {error.strerror}.",
            fields={"artifacts": f"{file.name} cannot be read."},
        ) from error
    with source:
        return keep(iter(lambda: source.read(_CHUNK), b""), file.name, file.media_type)


def keep(chunks: Iterator[bytes], name: str, media_type: str = "application/octet-stream") -> StoredArtifact:
    """Write what comes into the store, under the digest it turns out to have.

    Raises:
        Invalid: nothing comes.
        Unavailable: the store cannot be written.
    """
    folder = paths.artifacts() / "sha256"
    temporary = folder / f"{uuid7()}.new"
    digest, size = hashlib.sha256(), 0
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as target:
            for chunk in chunks:
                digest.update(chunk)
                target.write(chunk)
                size += len(chunk)
            target.flush()
            os.fsync(target.fileno())
        if size == 0:
            raise Invalid(f"The file {name} is empty.", fields={"artifacts": f"{name} is empty."})
        final = place(digest.hexdigest())
        final.parent.mkdir(exist_ok=True)
        temporary.replace(final)
    except OSError as error:
        raise Unavailable(
            f"The artifact store {folder} cannot be written: {error.strerror}.",
            remedy="Free some space or mend the folder's permissions, then register again.",
        ) from error
    finally:
        temporary.unlink(missing_ok=True)
    return StoredArtifact(name, media_type, digest.hexdigest(), size)


def verified(name: str, sha256: str) -> Path:
    """Return the path of a stored file after hashing it again.

    Raises:
        Broken: it is gone, or its content has changed.
    """
    path = place(sha256)
    try:
        with path.open("rb") as handle:
            found = hashlib.file_digest(handle, "sha256").hexdigest()
    except OSError as error:
        raise Broken(
            f"The artifact {name} (sha256 {sha256}) is missing from the store.",
            remedy="Restore it from a backup; its digest tells the right file.",
        ) from error
    if found != sha256:
        raise Broken(
            f"The artifact {name} was changed after registration: its digest is {found}, not {sha256}.",
            remedy="Restore the registered file from a backup, or register the new one as a new version.",
        )
    return path
