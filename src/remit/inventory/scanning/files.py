"""One file, of whatever format: find out by its content what readers take it for, and scan it as each."""

from __future__ import annotations

import mmap
import re
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Final

from remit.inventory.scanning import archives, arrays, compressed, onnx_model, pickles, plain, secrets
from remit.inventory.scanning.contract import DEPTH, Findings

_HEAD: Final = 1 << 12
_PICKLES: Final = frozenset(
    {".pkl", ".pickle", ".p", ".joblib", ".jbl", ".pt", ".pth", ".ckpt", ".dill", ".sav", ".mar"}
)
_PROGRAMS: Final = (
    b"\x7fELF",
    b"MZ",
    b"\xcf\xfa\xed\xfe",
    b"\xce\xfa\xed\xfe",
    b"\xca\xfe\xba\xbe",
    b"\0asm",
)
_PICTURES: Final = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF8", b"%PDF-")
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LAMBDA: Final = re.compile(rb'"class_name"\s*:\s*"Lambda"')
_IMAGE: Final = b'"layers"'
_CHUNK: Final = 1 << 20


@dataclass(slots=True)
class _File:
    """A stream under its name, with its first bytes."""

    stream: BinaryIO
    name: str
    depth: int
    raw: bool = False
    head: bytes = b""

    @property
    def ending(self) -> str:
        return PurePosixPath(self.name.rsplit("!", 1)[-1]).suffix.lower()


def scan(files: Mapping[str, Path]) -> Findings:
    """Scan the files of a version, each by the name it has there; nothing in them is imported or run."""
    findings = Findings(siblings=frozenset(files))
    for name, path in sorted(files.items()):
        with path.open("rb") as stream:
            _scan(_File(stream, name, 0), findings)
    return findings


def _scan(file: _File, findings: Findings) -> None:
    file.stream.seek(0)
    file.head = file.stream.read(_HEAD)
    if file.depth > DEPTH:
        findings.add("bomb", file.name, f"archives lie more than {DEPTH} deep in one another")
        return
    if not file.head:
        return
    form = next((name for name, reads, examine in _FORMATS if reads(file) and examine(file, findings)), None)
    file.stream.seek(0)
    if file.depth == 0:
        findings.formats[file.name] = form or "unknown"
    if form is None and not file.raw:
        findings.add("unknown_format", file.name, "no reader here knows this format, so it was not analysed")
    if form != "pickle":
        # whatever else it is: would it run something if it were loaded as a pickle?
        pickles.guessed(file.stream, findings, file.name)
    if form != "archive" and not file.raw and zipfile.is_zipfile(file.stream):
        # a zip archive is found by its end, so that one may hang behind any other file
        archives.zipped(file.stream, findings, file.name, _inner(file, findings))


def _inner(file: _File, findings: Findings) -> archives.Inner:
    def scan_entry(stream: BinaryIO, name: str, *, raw: bool = False) -> None:
        _scan(_File(stream, name, file.depth + 1, raw), findings)

    return scan_entry


def _program(file: _File, findings: Findings) -> bool:
    findings.add("code.native", file.name, "a program or library that a machine would run")
    return True


def _zip(file: _File, findings: Findings) -> bool:
    archives.zipped(file.stream, findings, file.name, _inner(file, findings))
    return True


def _is_tar(file: _File) -> bool:
    return file.head[257:262] == b"ustar"


def _tar(file: _File, findings: Findings) -> bool:
    archives.tarred(file.stream, findings, file.name, _inner(file, findings))
    return True


def _is_pickle(file: _File) -> bool:
    begins = file.head[:1] == b"\x80" and file.head[1:2] <= b"\x05"
    packed = file.head[:2] == b"PK" or compressed.kind_of(file.head) != ""
    return begins or (file.ending in _PICKLES and not packed and not _is_tar(file))


def _pickle(file: _File, findings: Findings) -> bool:
    file.stream.seek(0)
    inside = file.name.rsplit("!", 1)[-1]
    torch = inside.endswith("/data.pkl") and "!" in file.name
    pickles.walk_all(file.stream, findings, file.name, torch=torch)
    return True


def _array(file: _File, findings: Findings) -> bool:
    arrays.examined(file.stream, findings, file.name)
    return True


def _compressed(file: _File, findings: Findings) -> bool:
    kind = compressed.kind_of(file.head)
    try:
        content = compressed.unpacked(file.stream, kind, findings)
    except compressed.TooLarge:
        findings.add("bomb", file.name, "more than a scan may unpack")
        return True
    except compressed.Corrupt as error:
        if kind in {"zlib", "lzma"} and file.ending not in _PICKLES:
            # two bytes only say so: it may be something else
            return False
        findings.add("compressed.unreadable", file.name, f"{kind}: {error}"[:200])
        return True
    with content:
        _scan(_File(content, f"{file.name}!{kind}", file.depth + 1), findings)
    return True


def _onnx(file: _File, findings: Findings) -> bool:
    content: bytes | mmap.mmap
    if file.depth == 0:
        # weights are only stepped over: of a large model, few pages are ever read
        content = mmap.mmap(file.stream.fileno(), 0, access=mmap.ACCESS_READ)
    else:
        file.stream.seek(0)
        content = file.stream.read()
    onnx_model.examined(content, findings, file.name)
    return True


def _checked(check: Callable[[BinaryIO], None]) -> Callable[[_File, Findings], bool]:
    def examine(file: _File, findings: Findings) -> bool:
        del findings
        try:
            check(file.stream)
        except plain.Wrong:
            return False
        return True

    return examine


def _hdf5(file: _File, findings: Findings) -> bool:
    """HDF5 is only searched for Keras's embedded code; it stays a format that was not analysed."""
    file.stream.seek(0)
    tail = b""
    while chunk := file.stream.read(_CHUNK):
        if _LAMBDA.search(tail + chunk):
            findings.add("code.embedded", file.name, "a Keras Lambda layer carries code")
            break
        tail = chunk[-64:]
    return False


def _ole(file: _File, findings: Findings) -> bool:
    findings.add("code.macro", file.name, "an old Office file, in which macros cannot be told apart")
    return True


def _text(file: _File, findings: Findings) -> bool:
    if not _is_text(file.stream):
        return False
    secrets.search(file.stream, findings, file.name)
    inside = file.name.rsplit("!", 1)[-1]
    if inside.endswith("config.json") and "!" in file.name:
        file.stream.seek(0)
        if _LAMBDA.search(file.stream.read(64 << 20)):
            findings.add("code.embedded", file.name, "a Keras Lambda layer carries code")
    if _IMAGE in file.head:
        findings.add("oci.layers", file.name, "an image's manifest: what its layers hold was not looked into")
    if inside.endswith(".rels"):
        file.stream.seek(0)
        if b'TargetMode="External"' in file.stream.read(1 << 20):
            findings.add("office.external_link", file.name, "it refers to something outside the workbook")
    return True


def _is_text(stream: BinaryIO) -> bool:
    stream.seek(0)
    rest = b""
    while chunk := stream.read(_CHUNK):
        data = rest + chunk
        if b"\0" in data:
            return False
        try:
            data.decode("utf-8")
            rest = b""
        except UnicodeDecodeError as error:
            if len(data) - error.start > 3:
                return False
            rest = data[error.start :]
    return not rest


def _noted(file: _File, findings: Findings) -> bool:
    del file, findings
    return True


def _macro(file: _File, findings: Findings) -> bool:
    findings.add("code.macro", file.name, "the workbook carries macros")
    return True


_Reads = Callable[[_File], bool]
_Examines = Callable[[_File, Findings], bool]
_FORMATS: Final[tuple[tuple[str, _Reads, _Examines], ...]] = (
    ("macro", lambda f: f.name.lower().endswith("!xl/vbaproject.bin"), _macro),
    ("program", lambda f: f.head.startswith(_PROGRAMS), _program),
    ("archive", lambda f: f.head[:4] in {b"PK\x03\x04", b"PK\x05\x06"}, _zip),
    ("archive", _is_tar, _tar),
    ("array", lambda f: f.head.startswith(arrays.MAGIC), _array),
    ("onnx", lambda f: f.ending == ".onnx", _onnx),
    ("pickle", _is_pickle, _pickle),
    ("compressed", lambda f: bool(compressed.kind_of(f.head)), _compressed),
    ("ubjson", lambda f: f.head[:1] == b"{" and f.ending in {".ubj", ".ubjson", ""}, _checked(plain.ubjson)),
    ("safetensors", lambda f: f.head[8:9] == b"{", _checked(plain.safetensors)),
    ("gguf", lambda f: f.head.startswith(b"GGUF"), _noted),
    ("parquet", lambda f: plain.framed(f.stream, b"PAR1", b"PAR1"), _noted),
    ("picture", lambda f: f.head.startswith(_PICTURES), _noted),
    ("hdf5", lambda f: f.head.startswith(b"\x89HDF\r\n\x1a\n"), _hdf5),
    ("ole", lambda f: f.head.startswith(_OLE), _ole),
    ("text", lambda f: b"\0" not in f.head, _text),
)
