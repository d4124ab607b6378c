"""What crosses the inventory's boundary."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class ArtifactFile:
    """A file to register: where it is now, and what it is called in the version."""

    path: Path
    name: str
    media_type: str = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file to register where it lies: `location` as `artifacts.sources` reads it.

    `sha256` is the digest it must have, if the caller knows it.
    """

    location: str
    name: str
    media_type: str = "application/octet-stream"
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class StoredArtifact:
    """A file of a version: its digest, its size in bytes, and where it lies if not in the store."""

    name: str
    media_type: str
    sha256: str
    size: int
    location: str = ""


@dataclass(frozen=True, slots=True)
class Intake:
    """The intake form of a use case, as its owner fills it in."""

    name: str
    decision: str
    purpose: str
    population: str
    value_hypothesis: str
    planned_value_a_year: str
    alternative: str
    kind: str = "ml"
    currency: str = "USD"
    jurisdictions: tuple[str, ...] = ()
    regulations: tuple[str, ...] = ()
    affects_people: bool = True
