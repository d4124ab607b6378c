"""numpy's own files: the header is read as literals, objects in them are pickles and walked."""

from __future__ import annotations

import ast
import re
from typing import Any, BinaryIO, Final

from remit.inventory.scanning import pickles
from remit.inventory.scanning.contract import Findings
from remit.inventory.scanning.dtypes import width_of_code

MAGIC: Final = b"\x93NUMPY"
_HEADER: Final = 1 << 20


def examined(stream: BinaryIO, findings: Findings, where: str) -> None:
    """Note what is wrong with a `.npy` file."""
    stream.seek(6)
    version = stream.read(2)
    width = 2 if version[:1] == b"\x01" else 4
    length = int.from_bytes(stream.read(width), "little")
    try:
        header = ast.literal_eval(stream.read(min(length, _HEADER)).decode("utf-8").strip())
        size, objects = _width(header["descr"])
        count = 1
        for side in header["shape"]:
            count *= _side(side)
    except (ValueError, SyntaxError, KeyError, TypeError, MemoryError, RecursionError) as error:
        findings.add("array.unreadable", where, f"its header cannot be read: {type(error).__name__}")
        return
    if objects:
        findings.add("array.object", where, "holds Python objects, which only a pickle can carry")
        pickles.walk_all(stream, findings, where)
        return
    start = stream.tell()
    stream.seek(0, 2)
    if stream.tell() - start != count * size:
        findings.add("array.unreadable", where, "its data are shorter or longer than its header says")


def _side(side: Any) -> int:
    if not isinstance(side, int) or side < 0:
        raise ValueError("no shape")
    return side


def _width(described: Any) -> tuple[int, bool]:
    """Return the bytes of an item, and whether objects are in it, of a header's `descr`."""
    if isinstance(described, str):
        if re.fullmatch(r"[<>|=]?[mM]8\[\w+\]", described):
            return 8, False
        width = width_of_code(described)
        if width is None:
            raise ValueError("a type that is not plainly known")
        return width.size, width.objects
    if not isinstance(described, list):
        raise TypeError("no type")
    size, objects = 0, False
    for entry in described:
        inner, hidden = _width(entry[1])
        for side in entry[2] if len(entry) > 2 else ():
            inner *= _side(side)
        size, objects = size + inner, objects or hidden
    return size, objects
