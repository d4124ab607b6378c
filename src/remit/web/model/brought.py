"""What happened to a model elsewhere, before a bundle brought it here."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from remit.ledger import histories
from remit.people import queries as people
from remit.web.audit import telling
from remit.web.audit.veil import Veil
from remit.web.model.page import ModelPage

_MOST = 60


@dataclass(frozen=True, slots=True)
class Brought:
    """The ledger of another installation about a model: where, when it came, and its latest entries."""

    organisation: str
    at: Any
    log: str
    n: int
    items: tuple[telling.Item, ...]


def brought(page: ModelPage) -> list[Brought]:
    """Return the ledgers that came with a model, the latest first."""
    veil = Veil(page.who)
    return [_told(log, veil) for log in histories.brought(page.model.pk)]


def _told(log: Any, veil: Veil) -> Brought:
    entries = histories.entries_of(log, _MOST)
    here = people.names({entry.actor for entry, _ in entries})
    names = defaultdict[str, str](lambda: "Somebody there", here | log.names)
    items = (telling.told(e, veil.reduced(said, e.table_name), names) for e, said in entries)
    return Brought(log.organisation, log.imported_at, log.name, log.entries.count(), tuple(items))
