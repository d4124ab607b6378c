"""What happened about a person's access, in words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from remit.people import queries, rules

_WORDS = {
    "person.invited": ("was invited", "user-plus"),
    "person.provisioned": ("came in by single sign-on", "user-plus"),
    "person.signed_in": ("signed in by {method}", "login"),
    "person.changed": ("was changed", "edit"),
    "person.left": ("left", "user-off"),
    "role.assigned": ("got the role {role}", "user-check"),
    "role.ended": ("no longer holds the role {role}", "user-minus"),
    "role.expired": ("no longer holds the role {role}: its time is over", "user-minus"),
    "group.joined": ("joined a group", "users"),
    "group.left": ("left a group", "users"),
    "absence.recorded": ("is away", "calendar"),
    "absence.cancelled": ("is back", "calendar"),
    "emergency.opened": ("opened an emergency as {role}", "alert-triangle"),
    "emergency.closed": ("closed an emergency as {role}", "alert-triangle"),
    "emergency.reviewed": ("had an emergency reviewed", "checks"),
    "token.created": ("got an API token", "key"),
    "token.revoked": ("lost an API token", "key"),
}


def happened(events: Iterable[Any]) -> list[dict[str, Any]]:
    """Return events as the timeline draws them, those that are about access, the latest first."""
    known = [event for event in events if event.name in _WORDS]
    names = queries.names(event.actor for event in known)
    return [_item(event, names.get(event.actor, event.actor)) for event in known]


def _item(event: Any, actor: str) -> dict[str, Any]:
    words, icon = _WORDS[event.name]
    role = rules.roles().get(str(event.data.get("role", "")))
    said = {"role": role.name if role else event.data.get("role", ""), "method": event.data.get("method", "")}
    note = f"by {actor}"
    if event.data.get("reason"):
        note = f"{note}: {event.data['reason']}"
    text = words.format(**said)
    return {"icon": icon, "text": text[0].upper() + text[1:], "note": note, "time": event.occurred_at}
