"""scikit-learn in a pickle or joblib file: walked as the security scan walks it, never loaded."""

from __future__ import annotations

import struct
from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, BinaryIO, Final

from remit.inventory.inference.contract import Draft
from remit.inventory.inference.estimator import drafted
from remit.inventory.scanning import compressed, pickles
from remit.inventory.scanning.contract import Findings
from remit.inventory.scanning.dtypes import width_of
from remit.inventory.scanning.symbols import Const, Group, Made, Table, integer, made_of, text
from remit.kernel.problems import Invalid

FORMAT = "scikit-learn in a pickle or joblib file"
_ENDINGS: Final = (".pkl", ".pickle", ".joblib", ".sav")
_NUMBERS: Final = {"i1": "b", "i2": "h", "i4": "i", "i8": "q", "f4": "f", "f8": "d", "b1": "?"} | {
    "u1": "B", "u2": "H", "u4": "I", "u8": "Q",
}  # fmt: skip


def reads(path: Path, name: str) -> bool:
    """Whether a file is a pickle by its name."""
    del path
    return name.lower().endswith(_ENDINGS)


def draft(path: Path) -> Draft:
    """Return what a fitted estimator in the file knows of its columns; see `inference.Reader`."""
    findings = Findings()
    with ExitStack() as opened:
        stream: BinaryIO = opened.enter_context(path.open("rb"))
        head = stream.read(8)
        stream.seek(0)
        if kind := compressed.kind_of(head):
            try:
                stream = opened.enter_context(compressed.unpacked(stream, kind, findings))
            except (compressed.Corrupt, compressed.TooLarge) as error:
                raise Invalid("it cannot be unpacked.") from error
        built = pickles.walk_all(stream, findings, path.name)
    if findings.rows:
        raise Invalid(f"it is not read: {findings.rows[0].what}.")
    made = list(_everything(built))
    return drafted(*_known(made))


def _known(made: list[Made]) -> tuple[list[str] | None, int | None, list[Any], dict[str, list[Any]]]:
    """Return names, number, classes and categories, each from the outermost estimator that has it."""
    names = next((_texts(m, "feature_names_in_") for m in made if _texts(m, "feature_names_in_")), None)
    count = next((c for m in made if (c := integer(m.attributes.get("n_features_in_")))), None)
    classes: list[Any] = next((v for m in made if (v := _values(m.attributes.get("classes_")))), [])
    categories: dict[str, list[Any]] = {}
    for one in made:
        columns, held = _texts(one, "feature_names_in_"), one.attributes.get("categories_")
        if columns and isinstance(held, Group) and len(held.items) == len(columns):
            categories |= {name: _values(item) for name, item in zip(columns, held.items, strict=True)}
    return names, count, classes, {k: v for k, v in categories.items() if all(isinstance(x, str) for x in v)}


def _everything(built: list[Any]) -> Iterator[Made]:
    """Yield whatever was made, the outermost first."""
    waiting, seen = deque(built), set[int]()
    while waiting:
        symbol = waiting.popleft()
        if id(symbol) in seen:
            continue
        seen.add(id(symbol))
        if isinstance(symbol, Made):
            yield symbol
            waiting += [value for _, value in symbol.attributes.pairs]
        elif isinstance(symbol, Group):
            waiting += symbol.items
        elif isinstance(symbol, Table):
            waiting += [value for _, value in symbol.pairs]


def _texts(made: Made, name: str) -> list[str]:
    found = _values(made.attributes.get(name))
    return found if all(isinstance(item, str) for item in found) else []


def _values(symbol: Any) -> list[Any]:
    """Return the values of a symbol that stands for an array of one axis; nothing when it stands for none."""
    if not isinstance(symbol, Made):
        return []
    if symbol.raw is not None:
        return _numbers(symbol.attributes.get("dtype"), symbol.raw)
    if made_of(symbol, "numpy._core.numeric._frombuffer", "numpy.core.numeric._frombuffer"):
        parts = symbol.args.items
        return _numbers(parts[1], _raw(parts[0])) if len(parts) > 1 else []
    state = symbol.state
    if not isinstance(state, Group) or len(state.items) != 5:
        return []
    held = state.items[4]
    if isinstance(held, Group):
        return [item.value for item in held.items if isinstance(item, Const)]
    return _numbers(state.items[2], _raw(held))


def _raw(symbol: Any) -> bytes:
    if isinstance(symbol, Const) and isinstance(symbol.value, bytes | bytearray):
        return bytes(symbol.value)
    if made_of(symbol, "_codecs.encode") and (written := text(symbol.args.items[0])) is not None:
        return written.encode("latin-1", "replace")
    return b""


def _numbers(dtype: Any, raw: bytes) -> list[Any]:
    width = width_of(dtype)
    code = width.code.lstrip("<>|=") if width else ""
    if width is None or not raw or len(raw) % max(width.size, 1):
        return []
    if code.startswith("U"):
        parts = [raw[i : i + width.size] for i in range(0, len(raw), width.size)]
        return [part.decode("utf-32-le", "replace").rstrip("\0") for part in parts]
    if code not in _NUMBERS:
        return []
    order = ">" if width.code.startswith(">") else "<"
    return list(struct.unpack(f"{order}{len(raw) // width.size}{_NUMBERS[code]}", raw))
