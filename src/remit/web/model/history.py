"""What happened to a model and all around it, from the ledger, in the words of people."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from django.http import HttpRequest, QueryDict

from remit.ledger import around
from remit.ledger import queries as ledger
from remit.people import queries as people
from remit.web.audit import differences, telling, vocabulary
from remit.web.audit.veil import Veil
from remit.web.model.brought import brought
from remit.web.model.page import ModelPage, tab

PAGE = 60
_SHORT = 3
_NUMBERED = re.compile(r"[A-Z]{2,4}-\d|\d")
# sealed every few seconds while decisions come in; told only to who asks for them
_OFTEN = {"serving_storefile"}


@dataclass(frozen=True, slots=True)
class Row:
    """What an action did to one row: in words, and field by field."""

    did: str
    operation: str
    changes: Sequence[differences.Change]
    entry: int
    proven: bool
    erased: bool


@dataclass(frozen=True, slots=True)
class Item:
    """What an action did, as the timeline draws it: `rows` are all it touched here."""

    at: Any
    icon: str
    who: str
    text: str
    reason: str
    rows: Sequence[Row]

    @property
    def brief(self) -> Sequence[differences.Change]:
        """The changes, where they are few and short enough to be read without opening anything."""
        changes = self.rows[0].changes
        few = self.rows[0].operation == "update" and len(changes) <= _SHORT
        return changes if few and not any(change.long for change in changes) else ()


class Asked:
    """What the reader narrowed the history to; what cannot be read narrows nothing."""

    def __init__(self, asked: QueryDict, tables: Sequence[str]) -> None:
        self.kinds = sorted({(kind_of(table), telling.thing(table)) for table in tables}, key=lambda k: k[1])
        self.kind = asked.get("kind", "") if asked.get("kind") in dict(self.kinds) else ""
        self.actor = asked.get("person", "")[:200]
        self.day = _day(asked.get("day", ""))
        before = asked.get("before", "")
        self.narrowed = around.Asked(
            tables=[t for t in tables if (kind_of(t) == self.kind if self.kind else t not in _OFTEN)],
            actor=self.actor,
            day=self.day,
            before=int(before) if before.isdecimal() and len(before) < 19 else None,
        )

    @property
    def query(self) -> str:
        """The filter as a query string, without the place in the list."""
        found = QueryDict(mutable=True)
        for name, value in (("kind", self.kind), ("person", self.actor), ("day", self.day)):
            if value:
                found[name] = str(value)
        return found.urlencode()


@tab("history", "History")
def history(request: HttpRequest, page: ModelPage) -> dict[str, Any]:
    """Show the entries about the model and every row that belongs to it, the latest first."""
    actors, tables = around.whose(page.model, page.use_case)
    asked = Asked(request.GET, tables)
    found = around.entries(page.model, page.use_case, asked.narrowed, PAGE + 1)
    shown, names = found[:PAGE], people.names(actors)
    return {
        "items": _items(shown, names, Veil(page.who)),
        "more": shown[-1].pk if len(found) > PAGE else None,
        "asked": asked,
        "people": sorted(
            ((actor, telling.actor(actor, names[actor])) for actor in actors), key=lambda pair: pair[1]
        ),
        "brought": brought(page) if asked.narrowed.before is None and not asked.query else [],
        "may_audit": people.may(page.who, "ledger.read", unit=page.use_case.unit, subject=page.use_case.pk),
    }


def kind_of(table: str) -> str:
    """Return how a filter names the rows of a table: `change-request`."""
    return telling.thing(table).lower().replace(" ", "-")


def _items(entries: Sequence[Any], names: Mapping[str, str], veil: Veil) -> list[Item]:
    """Return entries as the timeline draws them; what one action did at one instant is one item."""
    payloads = {e.pk: veil.reduced(ledger.payload(e), e.table_name) for e in entries}
    ids = {i for payload in payloads.values() for i in differences.references(payload)}
    called = {i: telling.named(table, row) for i, (table, row) in ledger.rows_of(ids).items()}
    items = []
    for (at, actor, action), same in groupby(entries, key=lambda e: (e.occurred_at, e.actor, e.action)):
        about = vocabulary.NOUNS.get(action.partition(".")[0], "")
        # what the action is about first, then the rest in the order in which it was written
        ordered = sorted(same, key=lambda e: (e.table_name != about, e.pk))
        rows = [_row(entry, payloads[entry.pk], called) for entry in ordered]
        own = ordered[0].table_name == about and action not in vocabulary.ACTIONS
        items.append(
            Item(
                at=at,
                icon=telling.icon(action),
                who=telling.actor(actor, names[actor]),
                text=_headline(action, ordered[0], payloads[ordered[0].pk], called, own=own),
                reason=next((e.reason for e in ordered if e.reason), ""),
                rows=rows,
            )
        )
    return items


def _headline(
    action: str, entry: Any, payload: Mapping[str, Any], called: Mapping[str, str], *, own: bool
) -> str:
    if not own:
        return f"{vocabulary.said(action)}: {_did(entry, payload, called)}"
    row = payload.get("after") or payload.get("before") or {}
    if row and action in vocabulary.SENTENCES:
        return telling.sentence(action, row, called)
    verb = vocabulary.VERBS.get(action.partition(".")[2], action)
    name = _name(entry, payload, called)
    text = f"{verb} {_article(name)}{telling.thing(entry.table_name)} {name}".strip()
    if action == "version.move":
        return f"{text} to {differences.shown(payload['after']['stage']).replace('_', ' ')}"
    return text


def _article(name: str) -> str:
    """`the`, but before a number: people say the task Archive and remit RM-0001."""
    return "" if _NUMBERED.match(name) else "the "


def _row(entry: Any, payload: Mapping[str, Any], called: Mapping[str, str]) -> Row:
    machine = vocabulary.MACHINE.get(entry.table_name, frozenset())
    read = {
        key: {name: v for name, v in value.items() if name not in machine}
        if isinstance(value, dict)
        else value
        for key, value in payload.items()
    }
    return Row(
        did=_did(entry, payload, called),
        operation=entry.operation,
        changes=differences.changes(read, called),
        entry=entry.pk,
        proven=hasattr(entry, "leaf"),
        erased=not payload,
    )


def _did(entry: Any, payload: Mapping[str, Any], called: Mapping[str, str]) -> str:
    verb = telling.VERBS[entry.operation]
    return f"{verb} {telling.thing(entry.table_name)} {_name(entry, payload, called)}".strip()


def _name(entry: Any, payload: Mapping[str, Any], called: Mapping[str, str]) -> str:
    row = payload.get("after") or payload.get("before") or {}
    return telling.named(entry.table_name, row, called)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
