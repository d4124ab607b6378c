"""Where artifacts may lie, a place a module: each reads its own kind of location, in chunks."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from typing import Protocol, cast

from remit.kernel.problems import Invalid

CHUNK = 1 << 20


class Source(Protocol):
    """What a module of this package offers."""

    SCHEME: str
    FORM: str

    def chunks(self, location: str) -> Iterator[bytes]:
        """Yield the file's bytes.

        Raises:
            Invalid: the location is not of this form.
            Denied: it leads to a place the installation does not allow.
            Broken: the file is not there.
            Unavailable: the place cannot be reached, or what reading it takes is not installed.
        """


def of(location: str) -> Source:
    """Return the source a location belongs to.

    Raises:
        Invalid: there is none for it.
    """
    found = next((s for s in known() if location.startswith(s.SCHEME)), None)
    if found is None:
        forms = ", ".join(source.FORM for source in known())
        raise wrong(location, f"A location is one of {forms}.")
    return found


@cache
def known() -> tuple[Source, ...]:
    """Return every source, in order of scheme."""
    names = sorted(info.name for info in pkgutil.iter_modules(__path__))
    return tuple(cast("Source", import_module(f"{__name__}.{name}")) for name in names)


def wrong(location: str, message: str) -> Invalid:
    """Return the problem that a location is not of the form it should have."""
    return Invalid(f"The location {location[:200]!r} cannot be read.", fields={"artifacts": message})
