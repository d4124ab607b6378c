"""The ledger's size and root as a signed note that transparency tools read.

Sources: C2SP signed-note and tlog-checkpoint (https://c2sp.org/tlog-checkpoint).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass

from remit.kernel.problems import Broken, Invalid
from remit.proof import keys

_ED25519 = b"\x01"
_SIGNATURE = re.compile(r"— (\S+) (\S+)")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A verified statement: the log `origin` had `size` leaves with this root."""

    origin: str
    size: int
    root: bytes
    key_ids: tuple[str, ...]


def sign(origin: str, size: int, root: bytes, ring: keys.KeyRing) -> str:
    """Return the signed note; `origin` names the log and its key, without spaces or plus signs.

    Raises:
        Invalid: the origin cannot be a key name, the size is negative or the root is not 32 bytes.
    """
    if not origin or re.search(r"[\s+]", origin):
        raise Invalid(f"{origin!r} cannot name a log: it is empty or holds a space or a plus sign.")
    if size < 0 or len(root) != 32:
        raise Invalid("A checkpoint needs a size of at least 0 and a root of 32 bytes.")
    body = f"{origin}\n{size}\n{base64.b64encode(root).decode('ascii')}\n"
    identifier, signature = ring.sign(body.encode())
    marked = _key_hash(origin, ring.public_keys()[identifier]) + signature
    return f"{body}\n— {origin} {base64.b64encode(marked).decode('ascii')}\n"


def verify(text: str, public_keys: Mapping[str, str]) -> Checkpoint:
    """Return what the note says, once a known key's signature over it holds.

    Args:
        text: the whole note.
        public_keys: trusted Ed25519 public keys, PEM by key id.

    Raises:
        Invalid: it is not a checkpoint.
        Broken: no known key signed it, or it was altered.
    """
    body, separator, signatures = text.rpartition("\n\n")
    if not separator or not signatures.endswith("\n"):
        raise Invalid("This is not a signed note: the empty line before the signatures is missing.")
    body += "\n"
    origin, size, root = _parse(body)
    known = {_key_hash(origin, pem): identifier for identifier, pem in public_keys.items()}
    named, signed_by = False, []
    for line in signatures.removesuffix("\n").split("\n"):
        marker, signature = _signature(line, origin)
        identifier = known.get(marker)
        if identifier is not None:
            named = True
            if keys.verify(public_keys[identifier], signature, body.encode()):
                signed_by.append(identifier)
    if signed_by:
        return Checkpoint(origin, size, root, tuple(dict.fromkeys(signed_by)))
    if named:
        raise Broken(f"The checkpoint at size {size} was altered: its signature does not fit.")
    raise Broken(f"The checkpoint at size {size} is signed by a key that was not given.")


def verifier_key(origin: str, pem: str) -> str:
    """Return the public key in the one-line form that signed-note tools take.

    Raises:
        Invalid: it is not an Ed25519 public key.
    """
    encoded = base64.b64encode(_ED25519 + keys.raw(pem)).decode("ascii")
    return f"{origin}+{_key_hash(origin, pem).hex()}+{encoded}"


def _key_hash(origin: str, pem: str) -> bytes:
    return hashlib.sha256(origin.encode() + b"\n" + _ED25519 + keys.raw(pem)).digest()[:4]


def _parse(body: str) -> tuple[str, int, bytes]:
    lines = body.split("\n")
    try:
        origin, size, encoded = lines[0], lines[1], lines[2]
        root = _decode(encoded)
    except (IndexError, binascii.Error, ValueError) as error:
        raise Invalid("This is not a checkpoint: its first lines are not origin, size, root.") from error
    if not origin or not re.fullmatch(r"0|[1-9][0-9]{0,18}", size) or len(root) != 32:
        raise Invalid("This is not a checkpoint: its origin, size or root is malformed.")
    return origin, int(size), root


def _signature(line: str, origin: str) -> tuple[bytes, bytes]:
    """The key hash and the signature on a line; empty where the line is another log's."""
    found = _SIGNATURE.fullmatch(line)
    if not found:
        raise Invalid(f"This is not a signed note: {line[:40]!r} is not a signature line.")
    if found[1] != origin:
        return b"", b""
    try:
        marked = _decode(found[2])
    except (binascii.Error, ValueError) as error:
        raise Invalid("The checkpoint's signature is damaged base64.") from error
    return marked[:4], marked[4:]


def _decode(text: str) -> bytes:
    decoded = base64.b64decode(text, validate=True)
    # the spare bits at the end of base64 carry nothing, and would let a changed note pass
    if base64.b64encode(decoded).decode("ascii") != text:
        raise ValueError("not the one base64 form of its bytes")
    return decoded
