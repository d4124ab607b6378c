"""The exported ledger, checked with nothing but the file and a public key.

The file is JSON lines, each in canonical form (RFC 8785), so that every changed byte is noticed:

    {"format": "remit-ledger/1", "origin": ..., "root": ..., "size": n}
    {"entry": {...}, "index": 0, "payload": "<text>" or null}      what the leaf hashes is "entry"
    {"checkpoint": "<signed note>"}                                after the last entry it covers

The last line is a checkpoint over all entries. A null payload was erased; its digest still proves the rest.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from remit.kernel.problems import Invalid, Problem
from remit.proof import canonical, checkpoint, merkle

FORMAT = "remit-ledger/1"
MOST_FAULTS = 200
_LONGEST_LINE = 1 << 28
_ENTRY = {
    "action",
    "actor",
    "id",
    "object",
    "occurred_at",
    "operation",
    "payload_sha256",
    "recorded_at",
    "table",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that was altered, is missing or was never signed: what, and in which way."""

    subject: str
    detail: str

    def __str__(self) -> str:
        return f"{self.subject}: {self.detail}"


@dataclass(frozen=True, slots=True)
class Report:
    """What a verification found. `sound` is true when there is no fault; `faults` holds at most 200."""

    origin: str
    size: int
    root: str
    checkpoints: int
    erased: int
    faults: tuple[Fault, ...]

    @property
    def sound(self) -> bool:
        """Whether everything holds."""
        return not self.faults


def header(origin: str, size: int, root: bytes) -> bytes:
    """Return the first line."""
    return _line({"format": FORMAT, "origin": origin, "size": size, "root": root.hex()})


def entry_line(index: int, entry: Mapping[str, Any], payload: str | None) -> bytes:
    """Return the line of an entry; its leaf is the canonical form of `entry`."""
    return _line({"index": index, "entry": entry, "payload": payload})


def checkpoint_line(note: str) -> bytes:
    """Return the line of a checkpoint."""
    return _line({"checkpoint": note})


def verify(path: Path, public_keys: Mapping[str, str]) -> Report:
    """Check an exported ledger in one pass and constant memory.

    Args:
        path: the exported file.
        public_keys: trusted Ed25519 public keys, PEM by key id; all that signed its checkpoints.

    Raises:
        Invalid: the file cannot be read, or is not an exported ledger at all.
    """
    try:
        with path.open("rb") as file:
            return _verify(file, public_keys, str(path))
    except OSError as error:
        raise Invalid(
            f"{path} cannot be read: {error.strerror}.", remedy="Give the file that was exported."
        ) from error


@dataclass(slots=True)
class _Walk:
    """Where the check stands: the tree so far and what was found."""

    public_keys: Mapping[str, str]
    origin: str
    frontier: merkle.Frontier = field(default_factory=merkle.Frontier)
    signed_size: int = 0
    checkpoints: int = 0
    erased: int = 0
    last_id: int = 0
    faults: list[Fault] = field(default_factory=list)

    def fault(self, subject: str, detail: str) -> None:
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(Fault(subject, detail))


def _verify(file: BinaryIO, public_keys: Mapping[str, str], name: str) -> Report:
    lines = _lines(file)
    head = _parse(next(lines, b""))
    if not isinstance(head, dict) or head.get("format") != FORMAT:
        raise Invalid(
            f"{name} is not an exported ledger.", remedy="Make one with `remit ledger export FILE`."
        )
    walk = _Walk(public_keys, str(head.get("origin")))
    for number, line in enumerate(lines, 2):
        _check_line(walk, number, line)
    size, root = walk.frontier.size, walk.frontier.root().hex()
    if set(head) != {"format", "origin", "size", "root"} or (head["size"], head["root"]) != (size, root):
        walk.fault("Line 1", f"it announces another tree than the one of {size} entries that follows.")
    if walk.signed_size != size or not walk.checkpoints:
        walk.fault("The end of the file", f"no checkpoint signs all {size} entries: it was cut or extended.")
    return Report(walk.origin, size, root, walk.checkpoints, walk.erased, tuple(walk.faults))


def _check_line(walk: _Walk, number: int, line: bytes) -> None:
    content = _parse(line)
    if not isinstance(content, dict):
        walk.fault(f"Line {number}", "it is not canonical JSON, so it was altered or cut.")
    elif set(content) == {"index", "entry", "payload"}:
        _check_entry(walk, number, content)
    elif set(content) == {"checkpoint"}:
        _check_checkpoint(walk, number, content["checkpoint"])
    else:
        walk.fault(f"Line {number}", "it is neither an entry nor a checkpoint.")


def _check_entry(walk: _Walk, number: int, content: dict[str, Any]) -> None:
    entry, index, payload = content["entry"], walk.frontier.size, content["payload"]
    if not isinstance(entry, dict) or set(entry) != _ENTRY or not isinstance(entry["id"], int):
        walk.fault(f"Line {number}", "its entry has other members than an entry has.")
        return
    subject = f"Entry {entry['id']} (leaf {index}, {entry['action']})"
    walk.frontier.append(merkle.leaf_hash(canonical.encode(entry)))
    if content["index"] != index:
        walk.fault(subject, f"it claims to be leaf {content['index']}: entries were removed, added or moved.")
    if payload is None:
        walk.erased += 1
    elif (
        not isinstance(payload, str)
        or hashlib.sha256(payload.encode()).hexdigest() != entry["payload_sha256"]
    ):
        walk.fault(subject, "its payload was altered.")


def _check_checkpoint(walk: _Walk, number: int, note: Any) -> None:
    size = walk.frontier.size
    try:
        signed = checkpoint.verify(str(note), walk.public_keys)
    except Problem as problem:
        walk.fault(f"Checkpoint on line {number}", problem.detail)
        return
    walk.checkpoints += 1
    subject = f"Checkpoint over {signed.size} entries"
    if signed.origin != walk.origin:
        walk.fault(subject, f"it is of the log {signed.origin}, not {walk.origin}.")
    elif signed.size != size:
        walk.fault(subject, f"it stands after {size} entries: entries were removed or added before it.")
    elif signed.root != walk.frontier.root():
        since = f"between {walk.signed_size} and {size - 1}" if walk.signed_size else f"below {size}"
        walk.fault(subject, f"an entry with a leaf {since} was altered, for the signed root is another.")
    else:
        walk.signed_size = size


def _lines(file: BinaryIO) -> Iterator[bytes]:
    while line := file.readline(_LONGEST_LINE):
        yield line


def _line(content: Mapping[str, Any]) -> bytes:
    return canonical.encode(content) + b"\n"


def _parse(line: bytes) -> Any:
    """What a line says; None unless it is exactly the canonical form of it."""
    try:
        content = json.loads(line)
        return content if _line(content) == line else None
    except (ValueError, Invalid, RecursionError, AttributeError):
        return None
