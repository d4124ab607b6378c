"""The full history of a model in one file: a zip that anyone can check offline.

    manifest.dsse.json           every file's digest and size, in a signed DSSE envelope
    record.json                  the record of the model as published, when it was exported
    rows.jsonl                   each governed row that belongs to it, parents first: table, id, row
    context.jsonl                whom and what those rows refer to, by name: people, units, vendors
    standing.jsonl               how it stood and when
    artifacts/<sha256>           the files of its versions
    ledger/<log>/entries.jsonl   each entry about these rows: leaf, payload, the way to the root
    ledger/<log>/checkpoint.txt  the signed root over them
    ledger/<log>/keys.json       public keys of that log, PEM by key id

`<log>` is the id of the key that signed the checkpoint. A bundle of a model that came in a bundle carries the
ledger of where it came from beside that of where it is.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from remit.kernel.problems import Invalid, Problem
from remit.proof import canonical, checkpoint, dsse, merkle
from remit.proof.ledger_export import MOST_FAULTS, Fault

FORMAT = "remit-model-bundle/1"
PAYLOAD_TYPE = "application/vnd.remit.model-bundle+json"
MANIFEST = "manifest.dsse.json"
MOST_BYTES = 8 << 30
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Report:
    """What a bundle says and whether it holds; `faults` names what does not."""

    manifest: Mapping[str, Any]
    signed_by: tuple[str, ...]
    entries: int
    faults: tuple[Fault, ...]

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults


def manifest(path: Path, public_keys: Mapping[str, str]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return what the manifest says and the keys that signed it.

    Args:
        path: the bundle.
        public_keys: trusted public keys, PEM by key id.

    Raises:
        Invalid: it is no bundle of a known format.
        Broken: no trusted key signed it.
    """
    with _opened(path) as bundle:
        try:
            envelope = json.loads(bundle.read(MANIFEST))
        except (KeyError, ValueError) as error:
            raise Invalid(f"{path.name} has no manifest that can be read.") from error
    payload, signed_by = dsse.verify(envelope, public_keys)
    if dsse.payload_type(envelope) != PAYLOAD_TYPE:
        raise Invalid(f"{path.name} is signed, but it is no bundle of a model.")
    said: dict[str, Any] = json.loads(payload)
    if said.get("format") != FORMAT:
        raise Invalid(
            f"{path.name} has the format {said.get('format')!r}, not {FORMAT}.",
            remedy="Use the version of Remit that wrote it, or a newer one.",
        )
    return said, signed_by


def verify(path: Path, public_keys: Mapping[str, str]) -> Report:
    """Check every file, every entry's way to a signed root, and each row against its last entry.

    Args:
        path: the bundle.
        public_keys: trusted public keys of who wrote it, PEM by key id. The logs it carries from elsewhere
            are checked with the keys beside them, for which who wrote the bundle vouches.

    Raises:
        Invalid: it is no bundle.
        Broken: no trusted key signed its manifest.
    """
    said, signed_by = manifest(path, public_keys)
    faults: list[Fault] = []
    entries = 0
    with _opened(path) as bundle:
        faults += _files(bundle, said["files"])
        if not faults:
            last: dict[str, Any] = {}
            for log in logs(said):
                found, count = _log(bundle, log, public_keys if log == said["log"] else {}, last)
                faults += found
                entries += count
            faults += _rows(bundle, last)
    return Report(said, signed_by, entries, tuple(faults[:MOST_FAULTS]))


def logs(said: Mapping[str, Any]) -> list[str]:
    """Return the names of the logs in a bundle: those of other installations first, its own last."""
    names = {name.split("/")[1] for name in said["files"] if name.startswith("ledger/")}
    return [*sorted(names - {said["log"]}), said["log"]]


def lines(bundle: zipfile.ZipFile, name: str) -> Iterator[Any]:
    """Yield the parsed lines of a file of a bundle; none if it is not there."""
    if name not in bundle.namelist():
        return
    with bundle.open(name) as file:
        for line in file:
            yield json.loads(line)


def _opened(path: Path) -> zipfile.ZipFile:
    try:
        bundle = zipfile.ZipFile(path)
    except (OSError, zipfile.BadZipFile) as error:
        raise Invalid(f"{path} cannot be read as a bundle: {error}.") from error
    if sum(item.file_size for item in bundle.infolist()) > MOST_BYTES:
        raise Invalid(f"{path.name} is larger than {MOST_BYTES >> 30} GiB once unpacked.")
    return bundle


def _files(bundle: zipfile.ZipFile, listed: Mapping[str, Mapping[str, Any]]) -> Iterator[Fault]:
    names = bundle.namelist()
    present = set(names) - {MANIFEST}
    if len(names) != len(set(names)):
        yield Fault("The bundle", "it holds two files of one name.")
    for name in sorted(present - set(listed)):
        yield Fault(name, "the manifest does not list it.")
    for name, said in sorted(listed.items()):
        if name not in present:
            yield Fault(name, "it is missing.")
            continue
        try:
            digest, size = _digest(bundle, name)
        except (zipfile.BadZipFile, OSError) as error:
            yield Fault(name, f"it cannot be read: {error}.")
            continue
        if (digest, size) != (said["sha256"], said["size"]):
            yield Fault(name, "it was altered after it was signed.")
        elif name.startswith("artifacts/") and name != f"artifacts/{digest}":
            yield Fault(name, "its content is not what its name says.")


def _digest(bundle: zipfile.ZipFile, name: str) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    with bundle.open(name) as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
    return digest.hexdigest(), size


def _log(
    bundle: zipfile.ZipFile, log: str, trusted: Mapping[str, str], last: dict[str, Any]
) -> tuple[list[Fault], int]:
    """Check a log's checkpoint and entries, and keep the last entry with a payload about each row."""
    keys = trusted or json.loads(bundle.read(f"ledger/{log}/keys.json"))
    try:
        signed = checkpoint.verify(bundle.read(f"ledger/{log}/checkpoint.txt").decode(), keys)
    except Problem as problem:
        return [Fault(f"The checkpoint of {log}", problem.detail)], 0
    faults, count = [], 0
    for entry in lines(bundle, f"ledger/{log}/entries.jsonl"):
        count += 1
        subject = f"Entry {entry['entry'].get('id')} of {log}"
        if why := entry_fault(entry, signed.size, signed.root):
            faults.append(Fault(subject, why))
        elif entry["payload"] is not None:
            last[entry["entry"]["object"]] = json.loads(entry["payload"])["after"]
    return faults, count


def entry_fault(entry: Mapping[str, Any], size: int, root: bytes) -> str:
    """Return what is wrong with an entry under a signed root, in a sentence; empty if nothing is."""
    leaf = merkle.leaf_hash(canonical.encode(entry["entry"]))
    path = [bytes.fromhex(step) for step in entry["path"]]
    if not merkle.verify_inclusion(leaf, entry["index"], size, path, root):
        return "it is not under the signed root: it or its way there was altered."
    payload = entry["payload"]
    if (
        payload is not None
        and hashlib.sha256(payload.encode()).hexdigest() != entry["entry"]["payload_sha256"]
    ):
        return "its payload was altered."
    return ""


def _rows(bundle: zipfile.ZipFile, last: Mapping[str, Any]) -> Iterator[Fault]:
    for line in lines(bundle, "rows.jsonl"):
        after = last.get(line["id"])
        if after is None:
            yield Fault(f"Row {line['id']} of {line['table']}", "no entry says that it is there.")
            continue
        now = {name: value for name, value in line["row"].items() if not is_reference(value)}
        differing = sorted(name for name in now.keys() & after.keys() if now[name] != after[name])
        if differing:
            what = ", ".join(differing)
            yield Fault(
                f"Row {line['id']} of {line['table']}", f"its {what} is not what its last entry says."
            )


def is_reference(value: Any) -> bool:
    """Tell whether a value stands for a row of `context.jsonl`, or for a person there who acted."""
    return isinstance(value, dict) and (set(value) == {"$table", "$key"} or set(value) == {"$actor"})
