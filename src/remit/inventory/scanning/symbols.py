"""What a pickle would build, as plain symbols: nothing is imported, nothing is called."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(eq=False, slots=True)
class Const:
    """A number, a text, bytes, a truth or nothing."""

    value: Any


@dataclass(eq=False, slots=True)
class Group:
    """A tuple, list, set or frozenset."""

    kind: str
    items: list[Any] = field(default_factory=list)


@dataclass(eq=False, slots=True)
class Table:
    """A dictionary, as pairs in the order they were set."""

    pairs: list[tuple[Any, Any]] = field(default_factory=list)

    def get(self, key: str) -> Any:
        """Return the value set last under a text key, or None."""
        return next((v for k, v in reversed(self.pairs) if isinstance(k, Const) and k.value == key), None)


@dataclass(eq=False, slots=True)
class Global:
    """Something a module would be asked for."""

    module: str
    name: str

    def __str__(self) -> str:
        return f"{self.module}.{self.name}"


@dataclass(eq=False, slots=True)
class Made:
    """What a call or a class would give; `attributes` as the states would set them, `items` as appended."""

    of: Any
    args: Any = None
    attributes: Table = field(default_factory=Table)
    state: Any = None
    items: list[Any] = field(default_factory=list)
    raw: bytes | None = None


def text(symbol: Any) -> str | None:
    """Return the text a symbol is, or None."""
    return symbol.value if isinstance(symbol, Const) and isinstance(symbol.value, str) else None


def integer(symbol: Any) -> int | None:
    """Return the integer a symbol is, or None."""
    value = symbol.value if isinstance(symbol, Const) else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def made_of(symbol: Any, *names: str) -> bool:
    """Whether a symbol is what one of these importable names gives."""
    return isinstance(symbol, Made) and isinstance(symbol.of, Global) and str(symbol.of) in names
