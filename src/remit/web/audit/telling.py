"""An entry of the ledger in a sentence, and what it changed. Pure: entries and names in, words out."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from typing import Any

from django.apps import apps

from remit.ledger import queries

_VERBS = {"insert": "added", "update": "changed", "delete": "removed"}
_MARKS: dict[str, dict[str, str]] = {
    "approval": {"icon": "writing-sign"},
    "bundle": {"icon": "route"},
    "deployment": {"icon": "adjustments"},
    "evidence": {"icon": "file-text"},
    "exception": {"icon": "alert-triangle"},
    "finding": {"icon": "flag"},
    "gate": {"icon": "checks"},
    "model": {"icon": "stack-2"},
    "outcome": {"icon": "database-import"},
    "remit": {"icon": "certificate"},
    "store": {"icon": "lock"},
    "task": {"icon": "checkbox"},
    "user": {"icon": "user-check"},
    "version": {"icon": "versions"},
}
_OTHER = {"icon": "point"}
_NAMED_BY = ("reference", "name", "title", "number", "email", "path", "sequence")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")
_LONG = 160
_NOTHING = "\N{EN DASH}"
_STORY_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Item:
    """An entry as the timeline draws it."""

    id: int
    at: Any
    icon: str
    who: str
    did: str
    note: str
    leaf_hash: str
    index: float


@dataclass(frozen=True, slots=True)
class Day:
    """The entries of a day that are shown, and how many there are."""

    day: Any
    n: int
    items: tuple[Item, ...]


def told(entry: Any, names: Mapping[str, str]) -> Item:
    """Return an entry, read with its payload, as the timeline draws it."""
    payload = queries.payload(entry)
    row = payload.get("after") or payload.get("before") or {}
    mark = _MARKS.get(entry.action.partition(".")[0], _OTHER)
    return Item(
        id=entry.pk,
        at=entry.occurred_at,
        icon=mark["icon"],
        who=actor(entry.actor, names[entry.actor]),
        did=_did(entry, row),
        note=_note(entry, payload),
        leaf_hash=bytes(entry.leaf.leaf_hash).hex() if hasattr(entry, "leaf") else "",
        # what has no place yet is under no checkpoint
        index=entry.leaf.index if hasattr(entry, "leaf") else math.inf,
    )


def by_day(items: Iterable[Item], counts: Mapping[Any, int]) -> list[Day]:
    """Return items, which are in the ledger's order, under the days they occurred on."""
    groups = groupby(items, key=lambda item: item.at.date())
    return [Day(day, counts.get(day, 0), tuple(listed)) for day, listed in groups]


def changes(payload: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Return field, text before and text after of what changed: every field of a new or removed row."""
    before, after = payload.get("before") or {}, payload.get("after") or {}
    names = [name for name in dict.fromkeys([*before, *after]) if before.get(name) != after.get(name)]
    rows = [(_words(name), _shown(before.get(name)), _shown(after.get(name))) for name in names]
    # a text that was null and is empty reads the same
    return [row for row in rows if row[1] != row[2] or row[1] != _NOTHING]


def by_story(entry: Any) -> bool:
    """Tell whether an entry's `occurred_at` is a story's clock: it is not when it was recorded."""
    return abs((entry.recorded_at - entry.occurred_at).total_seconds()) > _STORY_SECONDS


def kind(action: str) -> str:
    """Write the noun of an action for people: `use_case.` is `Use case`."""
    return action.partition(".")[0].replace("_", " ").capitalize()


def actor(actor: str, name: str) -> str:
    """Name who acted; the platform's parts share a name and are told apart."""
    return f"{name}, {actor.removeprefix('system:')}" if actor.startswith("system:") else name


def _did(entry: Any, row: Mapping[str, Any]) -> str:
    if entry.table_name == "ledger_event":
        return f"recorded: {_words(str(row.get('name', 'an event'))).lower()}"
    named = next((str(row[key]) for key in _NAMED_BY if row.get(key) not in {None, ""}), "")
    named = named.rpartition("/")[0] if named.endswith(".parquet") else named
    thing = _things().get(entry.table_name, entry.table_name)
    return f"{_VERBS.get(entry.operation, entry.operation)} {thing} {named}".strip()


def _note(entry: Any, payload: Mapping[str, Any]) -> str:
    reason = f"{entry.reason.rstrip('.')}. " if entry.reason else ""
    if entry.table_name == "ledger_event":
        return reason + (_data((payload.get("after") or {}).get("data") or {}) or _words(entry.action))
    if entry.operation != "update":
        return f"{reason}{_words(entry.action)}"
    listed = [f"{name}: {before} → {after}" for name, before, after in changes(payload)[:3]]
    return reason + "; ".join(listed)


def _data(data: Mapping[str, Any]) -> str:
    """What an event says of itself that people read: no ids, no lists."""
    simple = [(key, value) for key, value in data.items() if isinstance(value, str | int | float)]
    plain = [(key, value) for key, value in simple if not _UUID.fullmatch(str(value))]
    return "; ".join(f"{_words(key).lower()}: {_shown(value)}" for key, value in plain[:4])


@cache
def _things() -> dict[str, str]:
    """How people call the rows of each table."""
    return {model._meta.db_table: str(model._meta.verbose_name) for model in apps.get_models()}


def _words(name: str) -> str:
    return name.replace("_", " ").replace(".", " ").capitalize()


def _shown(value: Any) -> str:
    if value is None or value == "":
        return _NOTHING
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)
    return text if len(text) <= _LONG else f"{text[:_LONG]}…"
