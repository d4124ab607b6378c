"""Drafts a version's schema from what a file says of itself: nothing in it is imported or run.

A module a format, found by being here. Each offers `reads(path)` and `draft(path)`; what only a name
suggests is a note beside the column, for a person to confirm while the version is not ready.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Iterable
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

from remit.inventory.inference.contract import Draft
from remit.inventory.inference.estimator import of_estimator
from remit.kernel.problems import Invalid

__all__ = ["Draft", "draft", "of_estimator"]


class Reader(Protocol):
    """What a module of this package offers."""

    FORMAT: str

    def reads(self, path: Path, name: str) -> bool:
        """Whether a file, called `name` in its version, is of this format."""

    def draft(self, path: Path) -> Draft:
        """Return what the file says.

        Raises:
            Invalid: it cannot be read, or says nothing of columns.
        """


def draft(files: Iterable[tuple[str, Path]]) -> Draft:
    """Return the schema that the first of some files says, by the name each has in its version.

    Raises:
        Invalid: none says anything; the detail tells what each lacks.
    """
    said: list[str] = []
    for name, path in files:
        for reader in readers():
            if reader.reads(path, name):
                try:
                    return reader.draft(path)
                except Invalid as problem:
                    said.append(f"{name}: {problem.detail}")
    formats = ", ".join(reader.FORMAT for reader in readers())
    raise Invalid(
        " ".join(["No file tells its columns.", *said]),
        fields={"schema": "Write the columns by hand."},
        remedy=f"Columns are read from {formats}.",
    )


@cache
def readers() -> tuple[Reader, ...]:
    """Return every reader, by module name."""
    modules = (
        import_module(f"{__name__}.{info.name}")
        for info in sorted(pkgutil.iter_modules(__path__), key=lambda i: i.name)
    )
    return tuple(cast("Reader", module) for module in modules if hasattr(module, "reads"))
