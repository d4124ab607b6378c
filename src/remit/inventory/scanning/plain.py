"""Formats that hold numbers and text only, checked to be what they claim."""

from __future__ import annotations

import json
import struct
from typing import BinaryIO, Final

_SIZES: Final = {"i": "b", "U": "B", "I": "h", "l": "i", "L": "q", "d": "f", "D": "d"}
_WORDS: Final = "ZNTF"
_DEEP: Final = 200
_HEADER: Final = 100 << 20


class Wrong(Exception):
    """The file is not what it claims to be."""


def ubjson(stream: BinaryIO) -> None:
    """Check that a stream is one UBJSON value, as XGBoost writes it.

    Raises:
        Wrong: it is not.
    """
    stream.seek(0)
    try:
        _ubj_value(stream, _character(stream), 0)
    except (struct.error, ValueError, KeyError) as error:
        raise Wrong(str(error)) from error
    if stream.read(1):
        raise Wrong("something follows the value")


def _ubj_value(stream: BinaryIO, kind: str, depth: int) -> None:
    if depth > _DEEP:
        raise Wrong("values lie too deep in one another")
    if kind in _WORDS:
        return
    if kind in "SH":
        _skip(stream, _ubj_length(stream))
    elif kind == "C":
        _skip(stream, 1)
    elif kind in _SIZES:
        _skip(stream, struct.calcsize(_SIZES[kind]))
    elif kind in "[{":
        _ubj_container(stream, kind, depth)
    else:
        raise Wrong(f"no such type: {kind!r}")


def _ubj_container(stream: BinaryIO, kind: str, depth: int) -> None:
    ends = "]" if kind == "[" else "}"
    marker, typed, count = _character(stream), "", None
    if marker == "$":
        typed, marker = _character(stream), _character(stream)
        if marker != "#":
            raise Wrong("a typed container without a count")
    if marker == "#":
        count = _ubj_length(stream)
    if typed in _SIZES and count is not None and kind == "[":
        _skip(stream, count * struct.calcsize(_SIZES[typed]))
        return
    left = count
    while left is None or left:
        if left is not None:
            left -= 1
            marker = _character(stream) if kind == "{" or not typed else typed
        if left is None and marker == ends:
            return
        if kind == "{":
            _skip(stream, _ubj_size(stream, marker))
            marker = typed or _character(stream)
        _ubj_value(stream, marker, depth + 1)
        if left is None:
            marker = _character(stream)


def _ubj_length(stream: BinaryIO) -> int:
    return _ubj_size(stream, _character(stream))


def _ubj_size(stream: BinaryIO, kind: str) -> int:
    code = _SIZES[kind]
    if code in "fd":
        raise Wrong("a length that is no integer")
    size: int = struct.unpack(f">{code}", stream.read(struct.calcsize(code)))[0]
    if size < 0:
        raise Wrong("a negative length")
    return size


def _character(stream: BinaryIO) -> str:
    found = stream.read(1)
    if not found:
        raise Wrong("it breaks off")
    return found.decode("latin-1")


def _skip(stream: BinaryIO, count: int) -> None:
    while count:
        part = len(stream.read(min(count, 1 << 20)))
        if not part:
            raise Wrong("it breaks off")
        count -= part


def safetensors(stream: BinaryIO) -> None:
    """Check that a stream is a safetensors file: a JSON header, and tensors that fill the rest exactly.

    Raises:
        Wrong: it is not.
    """
    stream.seek(0, 2)
    size = stream.tell()
    stream.seek(0)
    try:
        length = struct.unpack("<Q", stream.read(8))[0]
        if length > min(size - 8, _HEADER):
            raise Wrong("its header is longer than the file")
        header = json.loads(stream.read(length))
        spans = sorted(tuple(row["data_offsets"]) for key, row in header.items() if key != "__metadata__")
    except (struct.error, ValueError, KeyError, TypeError, AttributeError) as error:
        raise Wrong(f"its header cannot be read: {error}"[:160]) from error
    end = 0
    for start, stop in spans:
        if start != end or stop < start:
            raise Wrong("its tensors overlap or leave gaps")
        end = stop
    if 8 + length + end != size:
        raise Wrong("its tensors do not fill the file")


def framed(stream: BinaryIO, first: bytes, last: bytes = b"") -> bool:
    """Whether a stream begins, and ends, with these bytes."""
    stream.seek(0)
    begins = stream.read(len(first)) == first
    if not last:
        return begins
    stream.seek(0, 2)
    size = stream.tell()
    stream.seek(max(0, size - len(last)))
    return begins and size >= len(first) + len(last) and stream.read() == last
