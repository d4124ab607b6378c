"""Writing the ledger to a file that anyone can check offline (`proof.ledger_export` says how it looks)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from remit.kernel import paths
from remit.kernel.problems import Conflict, Unavailable
from remit.ledger import actions, leaves
from remit.ledger.models import Checkpoint, Leaf
from remit.ledger.verify import snapshot
from remit.proof import ledger_export
from remit.proof.keys import KeyRing


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written: the file, the public keys beside it, and the tree they prove."""

    path: Path
    public_keys: tuple[Path, ...]
    size: int
    root: str


def export(path: Path, ring: KeyRing | None = None) -> Exported:
    """Write everything up to a checkpoint signed now, and each public key as `<file>.<key id>.pem`.

    The file appears whole or not at all.

    Args:
        path: where to write; an existing file is replaced.
        ring: the keys to sign with; the installation's own when omitted.

    Raises:
        Conflict: the ledger is empty.
        Unavailable: the file cannot be written.
    """
    ring = ring or KeyRing(paths.keys())
    actions.sequence()
    last = actions.sign_checkpoint(ring)
    if last is None:
        raise Conflict("The ledger is empty: nothing governed has happened yet.")
    temporary, keys = path.with_name(f".{path.name}.new"), []
    try:
        with temporary.open("wb") as file, snapshot():
            file.writelines(_lines(last))
        for identifier, pem in ring.public_keys().items():
            keys.append(path.with_name(f"{path.name}.{identifier}.pem"))
            keys[-1].write_text(pem, encoding="ascii")
        temporary.replace(path)
    except OSError as error:
        raise Unavailable(
            f"The export cannot be written to {path}: {error.strerror}.",
            remedy="Choose a folder that exists, is yours and has space.",
        ) from error
    finally:
        temporary.unlink(missing_ok=True)
    return Exported(path, tuple(keys), last.size, bytes(last.root).hex())


def _lines(last: Checkpoint) -> Iterator[bytes]:
    yield ledger_export.header(last.origin, last.size, bytes(last.root))
    notes = Checkpoint.objects.filter(size__lte=last.size).order_by("size")
    waiting = notes.values_list("size", "note").iterator(chunk_size=1_000)
    size, note = next(waiting)
    listed = Leaf.objects.filter(index__lt=last.size).select_related("entry__payload").order_by("index")
    for leaf in listed.iterator(chunk_size=2_000):
        body = leaf.entry.payload.body if hasattr(leaf.entry, "payload") else None
        yield ledger_export.entry_line(leaf.index, leaves.content(leaf.entry), body)
        if size == leaf.index + 1:
            yield ledger_export.checkpoint_line(note)
            size, note = next(waiting, (0, ""))
