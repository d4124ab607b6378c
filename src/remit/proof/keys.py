"""Ed25519 signing keys in a folder that only their owner can read.

    <key id>.private.pem   PKCS #8, mode 0600; only the active key has one
    <key id>.public.pem    SubjectPublicKeyInfo; kept for ever, so that old signatures stay verifiable
    active                 the id of the key that signs

A key id is the first 16 hex digits of the SHA-256 of the raw public key.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from remit.kernel.problems import Broken, Invalid

_RESTORE = "Restore the keys folder from its backup."


class KeyRing:
    """The keys of one installation. A folder that does not exist, or is empty, gets its first key.

    Raises:
        Broken: the folder or a private key is open to others, missing, unreadable or not an Ed25519 key.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with self._locked():
                if not (folder / "active").exists() and not any(folder.glob("*.pem")):
                    folder.chmod(0o700)
                    self._create()
                self._load()
        except OSError as error:
            raise Broken(
                f"The keys folder {folder} cannot be used: {error.strerror}.",
                remedy="Let the account that runs Remit read and write it.",
            ) from error

    def sign(self, message: bytes) -> tuple[str, bytes]:
        """Return the active key's id and its signature over `message`."""
        return self.active_id, self._private.sign(message)

    def rotate(self) -> str:
        """Make a new active key and return its id; the old private key is destroyed, its public one kept."""
        old = self.active_id
        with self._locked():
            self._create()
            (self.folder / f"{old}.private.pem").unlink(missing_ok=True)
            self._load()
        return self.active_id

    def public_keys(self) -> dict[str, str]:
        """Return every public key of the ring, retired ones too, as PEM by key id.

        Raises:
            Broken: a public key file is unreadable, or its name is not its key id.
        """
        keys: dict[str, str] = {}
        for path in sorted(self.folder.glob("*.public.pem")):
            try:
                pem = path.read_text(encoding="ascii")
                identifier = key_id(pem)
            except (OSError, ValueError, Invalid) as error:
                raise Broken(f"The public key {path} cannot be read: {error}", remedy=_RESTORE) from error
            if identifier != path.name.removesuffix(".public.pem"):
                raise Broken(f"The file {path} holds another key, {identifier}.", remedy=_RESTORE)
            keys[identifier] = pem
        return keys

    def _create(self) -> None:
        private = Ed25519PrivateKey.generate()
        public = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        identifier = key_id(public.decode("ascii"))
        secret = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        _write(self.folder / f"{identifier}.public.pem", public, 0o644)
        _write(self.folder / f"{identifier}.private.pem", secret, 0o600)
        # last: until the pointer moves, the folder is what it was before
        _write(self.folder / "active", f"{identifier}\n".encode(), 0o600)

    def _load(self) -> None:
        _refuse_if_open(self.folder)
        pointer = self.folder / "active"
        if not pointer.exists():
            raise Broken(f"The keys folder {self.folder} does not say which key is active.", remedy=_RESTORE)
        self.active_id = pointer.read_text(encoding="utf-8", errors="replace").strip()
        path = self.folder / f"{self.active_id}.private.pem"
        if not path.is_file():
            raise Broken(f"The private key {path} is missing.", remedy=_RESTORE)
        _refuse_if_open(path)
        try:
            private = load_pem_private_key(path.read_bytes(), None)
        except (ValueError, TypeError) as error:
            raise Broken(f"The private key {path} is damaged.", remedy=_RESTORE) from error
        if not isinstance(private, Ed25519PrivateKey):
            raise Broken(f"The private key {path} is not an Ed25519 key.", remedy=_RESTORE)
        if _identifier(private.public_key()) != self.active_id:
            raise Broken(f"The file {path} holds another key than its name says.", remedy=_RESTORE)
        self._private = private

    @contextmanager
    def _locked(self) -> Iterator[None]:
        # web, worker and gateway start at once; only one of them may make the first key
        descriptor = os.open(self.folder, os.O_RDONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


def key_id(pem: str) -> str:
    """Return the id of a public key in PEM.

    Raises:
        Invalid: it is not an Ed25519 public key.
    """
    return _identifier(_public(pem))


def raw(pem: str) -> bytes:
    """Return the 32 bytes of a public key in PEM.

    Raises:
        Invalid: it is not an Ed25519 public key.
    """
    return _public(pem).public_bytes_raw()


def read_public_keys(paths: Mapping[str, Path] | list[Path] | tuple[Path, ...]) -> dict[str, str]:
    """Return the public keys in these PEM files, by key id.

    Raises:
        Invalid: a file cannot be read or is not an Ed25519 public key; the detail names it.
    """
    keys: dict[str, str] = {}
    for path in paths.values() if isinstance(paths, Mapping) else paths:
        try:
            pem = path.read_text(encoding="ascii")
        except (OSError, ValueError) as error:
            raise Invalid(f"The public key {path} cannot be read: {error}.") from error
        try:
            keys[key_id(pem)] = pem
        except Invalid as problem:
            raise Invalid(f"{path}: {problem.detail}", remedy=problem.remedy) from problem
    return keys


def verify(pem: str, signature: bytes, message: bytes) -> bool:
    """Tell whether `signature` over `message` is by this public key.

    Raises:
        Invalid: it is not an Ed25519 public key.
    """
    try:
        _public(pem).verify(signature, message)
    except InvalidSignature:
        return False
    return True


def _public(pem: str) -> Ed25519PublicKey:
    try:
        key = load_pem_public_key(pem.encode())
    except (ValueError, TypeError) as error:
        raise Invalid(
            "This is not a public key in PEM.", remedy="Give the file <key id>.public.pem."
        ) from error
    if not isinstance(key, Ed25519PublicKey):
        raise Invalid("This public key is not an Ed25519 key.", remedy="Give the file <key id>.public.pem.")
    return key


def _identifier(key: Ed25519PublicKey) -> str:
    return hashlib.sha256(key.public_bytes_raw()).hexdigest()[:16]


def _refuse_if_open(path: Path) -> None:
    mode = path.stat().st_mode & 0o777
    if mode & 0o077:
        wanted = "700" if path.is_dir() else "600"
        raise Broken(
            f"{path} is open to other accounts (mode {mode:o}), so its keys may be known to them.",
            remedy=f"Run `chmod {wanted} {path}`, and rotate the key if others use this machine.",
        )


def _write(path: Path, content: bytes, mode: int) -> None:
    temporary = path.with_name(f".{path.name}.new")
    temporary.unlink(missing_ok=True)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
