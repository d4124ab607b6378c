"""The steps from an empty installation to a model that decides, each done or not by what is recorded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from remit.governance import queries as governance
from remit.inventory import queries as inventory
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
    rows = list(inventory.listing())
    return [_installed(who), _people(who), _filed(who, rows), _registered(rows), _issued(), _running(rows)]


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


def _filed(who: Any, rows: list[dict[str, Any]]) -> Step:
    text = "Say what should be decided, for whom, and what it should be worth. The tier follows."
    href = reverse("models:file") if people.may(who, "use_case.file") else ""
    return Step("File the first use case", text, bool(rows), href, "File a use case")


def _registered(rows: list[dict[str, Any]]) -> Step:
    text = "A developer registers files, schema, code and data; their digests are fixed and the checks begin."
    return Step("Register a model's first version", text, any(row["version_id"] for row in rows))


def _issued() -> Step:
    text = "What it may decide, for whom, until when: signed when gate G5 passes and an approver says yes."
    return Step("Issue the first remit", text, governance.any_remit_issued())


def _running(rows: list[dict[str, Any]]) -> Step:
    text = (
        "The gateway checks the remit before every decision, refuses what lies outside it, and records both."
    )
    running = any(row["stage"] in {"in_business", "under_review", "retired", "archived"} for row in rows)
    return Step("Put it behind the gateway", text, running)
