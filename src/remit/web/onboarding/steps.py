"""The steps from an empty installation to a model that decides, each done or not by what is recorded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from remit.people import queries as people


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what is true now, and where to do it if this person may."""

    title: str
    text: str
    done: bool
    href: str = ""
    action: str = ""


def steps(who: Any) -> list[Step]:
    """Return the steps in their order for this person."""
    return [_installed(who)]


def _installed(who: Any) -> Step:
    held = people.roles_of(who)
    text = "You administer this installation." if "administrator" in held else "You are signed in."
    return Step("Install and sign in", text, done=True)
