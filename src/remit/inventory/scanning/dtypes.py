"""How wide a numpy type is, read from what a pickle says of it; doubtful ones are refused."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from remit.inventory.scanning.symbols import Const, Global, Group, Made, Table, integer, made_of, text

_PLAIN: Final = re.compile(r"[<>|=]?([?bBhHiIlLqQefdgFDG]|[biufcmMSUVaO]\d*)")
_LETTERS: Final = {"?": 1, "b": 1, "B": 1, "h": 2, "H": 2, "i": 4, "I": 4, "l": 8, "L": 8, "q": 8, "Q": 8} | {
    "e": 2, "f": 4, "d": 8, "F": 8, "D": 16,
}  # fmt: skip
_DIMENSIONS: Final = 32
ARRAY_WRAPPER: Final = "NumpyArrayWrapper"
"""joblib's stand-in for an array, whose bytes follow it in the stream."""


@dataclass(frozen=True, slots=True)
class Width:
    """Bytes an item takes, numpy's code of it, and whether it is a Python object."""

    size: int
    code: str
    objects: bool = False


def width_of_code(code: str) -> Width | None:
    """Return the width of a type code such as `<f8`, or None when it is not plainly known."""
    found = _PLAIN.fullmatch(code)
    if found is None:
        return None
    letter, digits = found[1][0], found[1][1:]
    if letter == "O":
        return Width(8, code, objects=True)
    if not digits:
        # without digits b and i are letters of their own; V, S and U have no width yet
        size = _LETTERS.get(letter, 0 if letter in "SUVa" else None)
        return None if size is None else Width(size, code)
    wide = int(digits) * (4 if letter == "U" else 1)
    return Width(wide, code)


def width_of(symbol: Any) -> Width | None:
    """Return the width of a symbol made of `numpy.dtype`, or None when it cannot be told for certain."""
    if not made_of(symbol, "numpy.dtype") or not isinstance(symbol.args, Group) or not symbol.args.items:
        return None
    code = text(symbol.args.items[0])
    found = width_of_code(code) if code is not None else None
    if found is None or symbol.state is None:
        return found
    state = symbol.state
    if not isinstance(state, Group) or len(state.items) < 6:
        return None
    size, letter = integer(state.items[5]), found.code.lstrip("<>|=")[0]
    if letter in "SUVa" and size is not None and size > 0:
        found = Width(size, found.code)
    return found if letter != "V" or not _holds_objects(state) else None


def shape_of(symbol: Any) -> tuple[int, ...] | None:
    """Return the shape a tuple of integers is, or None."""
    if not isinstance(symbol, Group) or len(symbol.items) > _DIMENSIONS:
        return None
    sides = [integer(item) for item in symbol.items]
    known = tuple(side for side in sides if side is not None and side >= 0)
    return known if len(known) == len(sides) else None


def _holds_objects(state: Group) -> bool:
    """Whether the state of a structured type has a field of objects, or one that is not plainly known."""
    flags = integer(state.items[7]) if len(state.items) > 7 else 0
    if flags is None or flags & 1:
        return True
    fields = state.items[4]
    if isinstance(fields, Const) and fields.value is None:
        return False
    if not isinstance(fields, Table):
        return True
    for _, described in fields.pairs:
        inner = described.items[0] if isinstance(described, Group) and described.items else None
        width = width_of(inner)
        if width is None or width.objects:
            return True
    return False


def is_array_wrapper(symbol: Any) -> bool:
    """Whether joblib would read an array's bytes from the stream once this is built."""
    return isinstance(symbol, Made) and isinstance(symbol.of, Global) and symbol.of.name == ARRAY_WRAPPER
