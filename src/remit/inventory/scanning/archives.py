"""Zip and tar archives: names that escape, bombs, disguises; each entry is scanned in its turn."""

from __future__ import annotations

import re
import stat
import tarfile
import zipfile
import zlib
from collections import Counter
from typing import IO, BinaryIO, Final, Protocol

from remit.inventory.scanning import compressed
from remit.inventory.scanning.contract import Findings


class Inner(Protocol):
    """Scans an entry."""

    def __call__(self, stream: BinaryIO, name: str, *, raw: bool = False) -> None:
        """Scan an entry under its name; `raw` where numbers without a format are expected."""


_ENTRIES: Final = 20_000
_CHUNK: Final = 1 << 20
_RATIO: Final = 1_100
"""Deflate cannot pack more than 1,032 to 1; what claims more lies."""
_OUTSIDE: Final = re.compile(r"^[/\\]|^[A-Za-z]:|(^|[/\\])\.\.([/\\]|$)")
_TORCH_DATA: Final = re.compile(
    r"[^/]+/(data/\d+|\.data/\w+|byteorder|version|\.format_version|\.storage_alignment)"
)


def escapes(name: str) -> bool:
    """Whether a path leads out of the folder it is unpacked into."""
    return bool(_OUTSIDE.search(name)) or "\0" in name


def zipped(stream: BinaryIO, findings: Findings, where: str, inner: Inner) -> None:
    """Scan a zip archive and everything in it."""
    stream.seek(0)
    if stream.read(2) != b"PK":
        findings.add("archive.disguised", where, "something else stands before the zip archive")
    try:
        with zipfile.ZipFile(stream) as archive:
            entries = archive.infolist()
            if len(entries) > _ENTRIES:
                findings.add("bomb", where, f"{len(entries):,} entries, more than {_ENTRIES:,}")
                return
            names = Counter(entry.filename for entry in entries)
            for name, times in names.items():
                if times > 1:
                    findings.add("archive.twice", f"{where}!{name}", f"{times} entries have this name")
            tensors = any(re.fullmatch(r"[^/]+/data\.pkl", name) for name in names)
            for entry in entries:
                name = f"{where}!{entry.filename}"
                content = _zip_entry(archive, entry, findings, name)
                if content is not None:
                    with content:
                        raw = tensors and bool(_TORCH_DATA.fullmatch(entry.filename))
                        inner(content, name, raw=raw)
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, EOFError, RuntimeError) as error:
        findings.add("archive.unreadable", where, f"the zip archive cannot be read: {error}"[:200])


def _zip_entry(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, findings: Findings, name: str
) -> BinaryIO | None:
    """Return what an entry holds, if it can be read, after noting what is wrong with its place."""
    link = stat.S_ISLNK(entry.external_attr >> 16)
    if escapes(entry.filename) or link:
        findings.add("archive.escape", name, "a link" if link else "its name leads out of the archive")
    if entry.flag_bits & 1:
        findings.add("archive.encrypted", name, "it is encrypted and cannot be read")
        return None
    if entry.is_dir():
        return None
    if entry.file_size > _RATIO * max(entry.compress_size, 1):
        findings.add("bomb", name, f"{entry.compress_size:,} bytes claim to hold {entry.file_size:,}")
        return None
    try:
        with archive.open(entry) as packed:
            return _copied(packed, findings, name)
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError) as error:
        findings.add("archive.unreadable", name, f"the entry cannot be read: {error}"[:200])
        return None


def tarred(stream: BinaryIO, findings: Findings, where: str, inner: Inner) -> None:
    """Scan a tar archive and everything in it."""
    stream.seek(0)
    try:
        with tarfile.open(fileobj=stream, mode="r:") as archive:
            for index, entry in enumerate(archive):
                name = f"{where}!{entry.name}"
                if index >= _ENTRIES:
                    findings.add("bomb", where, f"more than {_ENTRIES:,} entries")
                    return
                if escapes(entry.name) or entry.issym() or entry.islnk():
                    findings.add("archive.escape", name, "a link, or a name that leads out of the archive")
                elif entry.isdev():
                    findings.add("archive.escape", name, "a device")
                packed = archive.extractfile(entry) if entry.isreg() else None
                if packed is None:
                    continue
                content = _copied(packed, findings, name)
                if content is None:
                    return
                with content:
                    inner(content, name)
    except (tarfile.TarError, OSError, EOFError, ValueError) as error:
        findings.add("archive.unreadable", where, f"the tar archive cannot be read: {error}"[:200])


def _copied(packed: IO[bytes], findings: Findings, name: str) -> BinaryIO | None:
    """Copy an entry into a temporary file, within what may still be unpacked; None when it is more."""
    target = compressed.temporary()
    while chunk := packed.read(_CHUNK):
        findings.expandable -= len(chunk)
        if findings.expandable < 0:
            target.close()
            findings.add("bomb", name, "more than a scan may unpack")
            return None
        target.write(chunk)
    target.seek(0)
    return target
