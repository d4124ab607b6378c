"""An entry of the ledger in a sentence, and what it changed. Pure: entries and names in, words out."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from typing import Any

from django.apps import apps

from remit.web.audit import differences, vocabulary

VERBS = {"insert": "added", "update": "changed", "delete": "removed"}
_MARKS: dict[str, dict[str, str]] = {
    "alarm": {"icon": "alert-triangle"},
    "approval": {"icon": "writing-sign"},
    "attestation": {"icon": "writing-sign"},
    "bundle": {"icon": "route"},
    "campaign": {"icon": "writing-sign"},
    "change": {"icon": "adjustments"},
    "deployment": {"icon": "adjustments"},
    "evidence": {"icon": "file-text"},
    "exception": {"icon": "alert-triangle"},
    "finding": {"icon": "flag"},
    "gate": {"icon": "checks"},
    "model": {"icon": "stack-2"},
    "monitor": {"icon": "adjustments"},
    "outcome": {"icon": "database-import"},
    "people": {"icon": "user-check"},
    "process": {"icon": "route"},
    "remit": {"icon": "certificate"},
    "store": {"icon": "lock"},
    "task": {"icon": "checkbox"},
    "tier": {"icon": "checks"},
    "use_case": {"icon": "stack-2"},
    "version": {"icon": "versions"},
}
_OTHER = {"icon": "point"}
_NAMED_BY = ("reference", "name", "title", "number", "email", "path", "sequence")
_SAYS = {
    "evidence_evidence": "{title}",
    "governance_finding": "{reference}, {title}",
    "inventory_model": "{name}",
    "inventory_usecase": "{name}",
    "governance_approval": "{kind}, {decision}",
    "governance_gateevaluation": "of {gate}",
    "governance_tierassessment": "{tier}",
    "inventory_relation": "{source_id} {kind} {target_id}",
    "lifecycle_stagechange": "to {stage}",
    "lifecycle_task": "{title}",
    "monitoring_window": "{label}",
    "people_absence": "of {user_id}",
    "people_membership": "of {user_id} in {group_id}",
    "people_grouprole": "{role} of {group_id}",
    "people_roleassignment": "{role} of {user_id}",
    "evidence_attestation": "asked of {owner_id}",
    "serving_deployment": "of {version_id} as {variant}",
    "value_costentry": "{amount} {currency}, {category}",
}
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


def told(entry: Any, payload: Mapping[str, Any], names: Mapping[str, str]) -> Item:
    """Return an entry as the timeline draws it.

    Args:
        entry: read with its leaf.
        payload: what of its payload the reader may see.
        names: how people call who acted.
    """
    row = payload.get("after") or payload.get("before") or {}
    return Item(
        id=entry.pk,
        at=entry.occurred_at,
        icon=icon(entry.action),
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


def by_story(entry: Any) -> bool:
    """Tell whether an entry's `occurred_at` is a story's clock: it is not when it was recorded."""
    return abs((entry.recorded_at - entry.occurred_at).total_seconds()) > _STORY_SECONDS


def icon(action: str) -> str:
    """Return the icon of an action, by its noun."""
    return _MARKS.get(action.partition(".")[0], _OTHER)["icon"]


def kind(action: str) -> str:
    """Write the noun of an action for people: `use_case.` is `Use case`."""
    return action.partition(".")[0].replace("_", " ").capitalize()


def actor(actor: str, name: str) -> str:
    """Name who acted; the platform's parts share a name and are told apart."""
    return f"{name}, {actor.removeprefix('system:')}" if actor.startswith("system:") else name


def named(table: str, row: Mapping[str, Any], names: Mapping[str, str] | None = None) -> str:
    """Return how people call a row, from what the ledger keeps of it; empty if it has no name.

    Args:
        table: the row's table.
        row: its columns.
        names: how people call what its ids refer to.
    """
    if table in _SAYS:
        return _filled(_SAYS[table], row, names).strip(" ,:")
    name = next((str(row[key]) for key in _NAMED_BY if row.get(key) not in {None, ""}), "")
    return name.rpartition("/")[0] if name.endswith(".parquet") else name


def sentence(action: str, row: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """Return what an action did to the row that it is about; empty where no sentence is set for it.

    Args:
        action: what was done.
        row: the columns of the row that it is about.
        names: how people call what its ids refer to.
    """
    return _filled(vocabulary.SENTENCES.get(action, ""), row, names)


def thing(table: str) -> str:
    """Return how people call the rows of a table, in the singular."""
    return vocabulary.THINGS.get(table) or str(_verbose().get(table, table))


def _filled(text: str, row: Mapping[str, Any], names: Mapping[str, str] | None) -> str:
    texts = {key: differences.said(key, value, names) for key, value in row.items()}
    if row.get("amount"):
        texts["amount"] = f"{float(row['amount']):,.0f}"
    return text.format_map(defaultdict(str, texts))


def _did(entry: Any, row: Mapping[str, Any]) -> str:
    if entry.table_name == "ledger_event":
        return f"recorded: {_words(str(row.get('name', 'an event'))).lower()}"
    said = f"{VERBS.get(entry.operation, entry.operation)} {thing(entry.table_name)}"
    return f"{said} {named(entry.table_name, row)}".strip()


def _note(entry: Any, payload: Mapping[str, Any]) -> str:
    reason = f"{entry.reason.rstrip('.')}. " if entry.reason else ""
    if entry.table_name == "ledger_event":
        said = _data((payload.get("after") or {}).get("data") or {})
        return reason + (said or _sentence(vocabulary.said(entry.action)))
    if entry.operation != "update":
        return f"{reason}{_sentence(vocabulary.said(entry.action))}"
    return reason + "; ".join(
        f"{c.field}: {_short(c.before)} → {_short(c.after)}" for c in differences.changes(payload)[:3]
    )


def _data(data: Mapping[str, Any]) -> str:
    """What an event says of itself that people read: no ids, no lists."""
    simple = [(key, value) for key, value in data.items() if isinstance(value, str | int | float)]
    plain = [(key, value) for key, value in simple if not differences.is_reference(value)]
    return "; ".join(f"{_words(key).lower()}: {_short(differences.shown(value))}" for key, value in plain[:4])


@cache
def _verbose() -> dict[str, Any]:
    """What Django calls the rows of tables that the ledger does not govern."""
    return {model._meta.db_table: model._meta.verbose_name for model in apps.get_models()}


def _words(name: str) -> str:
    return name.replace("_", " ").replace(".", " ").capitalize()


def _sentence(clause: str) -> str:
    return clause[:1].upper() + clause[1:]


def _short(text: str) -> str:
    return text if len(text) <= differences.LONG else f"{text[: differences.LONG]}…"
