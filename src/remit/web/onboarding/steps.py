"""The steps from an empty installation to a model that decides, each done or not by what is recorded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from remit.governance import queries as governance
from remit.inventory import queries as inventory
from remit.inventory import search
from remit.inventory.search import Search
from remit.people import queries as people

_NEEDED = ("model_owner", "model_developer", "independent_validator", "approver")


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
    counted = search.counts(Search(), units=None)
    return [
        _installed(who),
        _people(who),
        _filed(who, counted),
        _registered(),
        _issued(),
        _running(counted),
    ]


def _installed(who: Any) -> Step:
    held = people.roles_of(who)
    text = "You administer this installation." if "administrator" in held else "You are signed in."
    return Step("Install and sign in", text, done=True)


def _people(who: Any) -> Step:
    holders = people.holders_by_role()
    missing = [role.replace("_", " ") for role in _NEEDED if not holders.get(role)]
    names = {name for role in _NEEDED for name in holders.get(role, [])}
    done = not missing and len(names) >= len(_NEEDED) - 1
    text = (
        "One person owns, one builds, another validates, another approves. Without a name there is no remit."
    )
    if missing:
        text += f" Nobody is {', '.join(missing)} yet."
    href = reverse("people:invite") if people.may(who, "people.invite") else reverse("people:people")
    return Step("Name who is accountable", text, done, href, "Invite people")


def _filed(who: Any, counted: search.Counts) -> Step:
    text = "Say what should be decided, for whom, and what it should be worth. The tier follows."
    href = reverse("models:file") if people.may(who, "use_case.file") else ""
    return Step("File the first use case", text, bool(counted.total), href, "File a use case")


def _registered() -> Step:
    text = "A developer registers files, schema, code and data; their digests are fixed and the checks begin."
    return Step("Register a model's first version", text, inventory.any_version())


def _issued() -> Step:
    text = "What it may decide, for whom, until when: signed when gate G5 passes and an approver says yes."
    return Step("Issue the first remit", text, governance.any_remit_issued())


def _running(counted: search.Counts) -> Step:
    text = (
        "The gateway checks the remit before every decision, refuses what lies outside it, and records both."
    )
    reached = set(counted.values["stage"])
    running = bool(reached & {*search.RUNNING, *search.OVER})
    return Step("Put it behind the gateway", text, running)
