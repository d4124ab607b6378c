"""Unpacks a compressed stream into a temporary file, within a limit: zlib, gzip, bz2, xz, lzma, lz4."""

from __future__ import annotations

import bz2
import lzma
import struct
import tempfile
import zlib
from collections.abc import Callable, Iterator
from typing import BinaryIO, Final, Protocol, cast

from remit.inventory.scanning.contract import Findings

_CHUNK: Final = 1 << 20
_LZ4_BLOCKS: Final = {4: 1 << 16, 5: 1 << 18, 6: 1 << 20, 7: 1 << 22}


class _Decompressor(Protocol):
    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, max_length: int = ...) -> bytes: ...


class Corrupt(Exception):
    """The stream cannot be unpacked to its end."""


class TooLarge(Exception):
    """More comes out of the stream than a scan may unpack."""


def kind_of(head: bytes) -> str:
    """Return how a stream that begins like this is compressed, or nothing."""
    if head.startswith(b"\x1f\x8b"):
        return "gzip"
    if head.startswith(b"BZh"):
        return "bz2"
    if head.startswith(b"\xfd7zXZ\x00"):
        return "xz"
    if head.startswith(b"\x5d\x00"):
        return "lzma"
    if head.startswith(b"\x04\x22\x4d\x18"):
        return "lz4"
    # zlib's header: deflate, a window of at most 32 kB, and a check that makes 31 divide both bytes
    first, second = (*head[:2], 0, 0)[:2]
    zlib_like = first & 15 == 8 and first >> 4 <= 7 and (first << 8 | second) % 31 == 0 and not second & 32
    return "zlib" if zlib_like else ""


def temporary() -> BinaryIO:
    """Return an empty temporary file, in memory while it is small; whoever gets it closes it."""
    return cast("BinaryIO", tempfile.SpooledTemporaryFile(max_size=32 << 20))


def unpacked(stream: BinaryIO, kind: str, findings: Findings) -> BinaryIO:
    """Return what a stream holds, in a temporary file that ends with it.

    Raises:
        Corrupt: it cannot be unpacked to its end.
        TooLarge: it exceeds what may be unpacked.
    """
    target = temporary()
    stream.seek(0)
    try:
        for part in _lz4(stream) if kind == "lz4" else _parts(stream, kind):
            findings.expandable -= len(part)
            if findings.expandable < 0:
                raise TooLarge
            target.write(part)
    except (OSError, EOFError, zlib.error, lzma.LZMAError, ValueError, IndexError, struct.error) as error:
        raise Corrupt(str(error) or type(error).__name__) from error
    target.seek(0)
    return target


_MAKERS: Final[dict[str, Callable[[], _Decompressor]]] = {
    "bz2": bz2.BZ2Decompressor,
    "xz": lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ),
    "lzma": lambda: lzma.LZMADecompressor(lzma.FORMAT_ALONE),
    "gzip": lambda: _Deflate(31),
    "zlib": lambda: _Deflate(15),
}


class _Deflate:
    """zlib's decompressor under the manners of bz2's and lzma's."""

    def __init__(self, window: int) -> None:
        self._inner = zlib.decompressobj(window)
        self._held = b""

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def needs_input(self) -> bool:
        return not self._held

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    def decompress(self, data: bytes, max_length: int = 0) -> bytes:
        found = self._inner.decompress(self._held + data, max(max_length, 0))
        self._held = self._inner.unconsumed_tail
        return found


def _parts(stream: BinaryIO, kind: str) -> Iterator[bytes]:
    """Yield what comes out, stream behind stream, as joblib reads concatenated ones."""
    data = stream.read(_CHUNK)
    while data:
        one = _MAKERS[kind]()
        while not one.eof:
            part = one.decompress(data, _CHUNK)
            if part:
                yield part
            data = b"" if part or one.eof else stream.read(_CHUNK)
            if not part and not data and not one.eof:
                raise Corrupt("it breaks off")
        rest = one.unused_data or stream.read(_CHUNK)
        data = rest.lstrip(b"\0") if kind in {"gzip", "xz"} and not rest.strip(b"\0") else rest


def _lz4(stream: BinaryIO) -> Iterator[bytes]:
    """Yield what LZ4 frames hold. Source: the LZ4 frame and block format descriptions, version 1.6.3."""
    while head := stream.read(4):
        if head != b"\x04\x22\x4d\x18":
            raise Corrupt("something else follows the LZ4 frame")
        flags, block = stream.read(2)
        skip = (8 if flags & 8 else 0) + (4 if flags & 1 else 0) + 1
        if flags >> 6 != 1 or flags & 1 or len(stream.read(skip)) != skip:
            raise Corrupt("an LZ4 frame of another version, or with a dictionary")
        largest, window = _LZ4_BLOCKS[block >> 4 & 7], b""
        while size := struct.unpack("<I", stream.read(4))[0]:
            data = stream.read(size & 0x7FFFFFFF)
            if len(data) != size & 0x7FFFFFFF:
                raise Corrupt("it breaks off")
            plain = data if size >> 31 else _lz4_block(data, b"" if flags & 32 else window, largest)
            window = (window + plain)[-(1 << 16) :]
            yield plain
            if flags & 16:
                stream.read(4)
        if flags & 4:
            stream.read(4)


def _lz4_block(data: bytes, window: bytes, largest: int) -> bytes:
    out, at, before = bytearray(window), 0, len(window)
    while at < len(data):
        token = data[at]
        literals, at = _lz4_length(data, at + 1, token >> 4)
        if at + literals > len(data):
            raise Corrupt("a literal runs over the end")
        out += data[at : at + literals]
        at += literals
        if at >= len(data):
            break
        offset = data[at] | data[at + 1] << 8
        match, at = _lz4_length(data, at + 2, token & 15)
        match += 4
        if not 0 < offset <= len(out) or len(out) - before + match > largest:
            raise Corrupt("a match points outside")
        start = len(out) - offset
        if offset >= match:
            out += out[start : start + match]
        else:
            piece = bytes(out[start:])
            out += (piece * (match // offset + 1))[:match]
    return bytes(out[before:])


def _lz4_length(data: bytes, at: int, length: int) -> tuple[int, int]:
    if length == 15:
        while (byte := data[at]) == 255:
            length, at = length + 255, at + 1
        length, at = length + byte, at + 1
    return length, at
