"""Finds the rooms of the web door: every package beside this file that has `urls.py`.

A room's `urls.py` holds `urlpatterns` with an `app_name`, and `NAV` if it belongs in the sidebar. A new
page therefore touches its own folder and no list.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Count:
    """A figure beside a page's name; `late` makes it red and `note` says why."""

    n: int
    late: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Nav:
    """A page's place in the sidebar, for who holds `permission` somewhere, or for everybody.

    `count` is asked once a request with the signed-in person.
    """

    key: str
    label: str
    route: str
    icon: str
    order: int
    count: Callable[[Any], Count | None] | None = None
    permission: str = ""


@dataclass(frozen=True, slots=True)
class Setting:
    """A page under Settings: what it rules, in a sentence, for who holds `permission`."""

    label: str
    note: str
    route: str
    icon: str
    order: int
    permission: str


@dataclass(frozen=True, slots=True)
class Hit:
    """Something the palette found."""

    label: str
    note: str
    href: str
    icon: str


@dataclass(frozen=True, slots=True)
class Ask:
    """Something that waits for a person and is no task of a process: what, about what, where, by when."""

    label: str
    about: str
    href: str
    icon: str
    due: datetime | None = None
    late: bool = False


@cache
def names() -> tuple[str, ...]:
    """Return the dotted names of the rooms, in alphabetical order."""
    folder = str(Path(__file__).parent)
    found = (f"{__package__}.{m.name}" for m in pkgutil.iter_modules([folder]) if m.ispkg)
    return tuple(sorted(name for name in found if find_spec(f"{name}.urls")))


@cache
def nav() -> tuple[Nav, ...]:
    """Return the sidebar's entries in their order."""
    modules = (import_module(f"{name}.urls") for name in names())
    found = (module.NAV for module in modules if hasattr(module, "NAV"))
    return tuple(sorted(found, key=lambda item: item.order))


@cache
def settings() -> tuple[Setting, ...]:
    """Return the pages under Settings in their order: each room's `SETTINGS`, from its `urls.py`."""
    modules = (import_module(f"{name}.urls") for name in names())
    found = (setting for module in modules for setting in getattr(module, "SETTINGS", ()))
    return tuple(sorted(found, key=lambda item: item.order))


@cache
def finders() -> tuple[Callable[[Any, str], list[Hit]], ...]:
    """Return each room's `find(person, text)`, from its `find.py`."""
    return tuple(import_module(f"{name}.find").find for name in names() if find_spec(f"{name}.find"))


@cache
def askers() -> tuple[Callable[[Any], list[Ask]], ...]:
    """Return each room's `asks(person)`, from its `asks.py`: what My tasks lists beside the tasks."""
    return tuple(import_module(f"{name}.asks").asks for name in names() if find_spec(f"{name}.asks"))


def asks(person: Any) -> list[Ask]:
    """Return what every room asks of a person, what is late first, then the earliest due."""
    found = [ask for asker in askers() for ask in asker(person)]
    return sorted(found, key=lambda ask: (not ask.late, ask.due is None, ask.due and ask.due.timestamp()))
