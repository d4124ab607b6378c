"""Takes out of what the ledger keeps of a row the restricted fields that a reader may not see."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, cached_property
from typing import Any

from remit.inventory import queries as inventory
from remit.people.policies import policy
from remit.web.audit import vocabulary


class Veil:
    """What one reader does not see."""

    def __init__(self, who: Any) -> None:
        self._who = who
        self._hidden: dict[str, frozenset[str]] = {}

    def reduced(self, payload: Mapping[str, Any], table: str) -> dict[str, Any]:
        """Return a payload without what the reader may not see; equal to it if that is nothing."""
        if table not in self._hidden:
            self._hidden[table] = policy(_noun(table)).hidden(self._who)
        hidden = self._hidden[table]
        if not hidden:
            return dict(payload)
        return {
            key: self._row(value, hidden) if key in {"before", "after"} and value else value
            for key, value in payload.items()
        }

    def _row(self, row: Mapping[str, Any], hidden: frozenset[str]) -> dict[str, Any]:
        kept = {name: value for name, value in row.items() if name not in hidden}
        if "restricted_custom" in hidden and kept.get("custom"):
            kept["custom"] = {key: v for key, v in kept["custom"].items() if key not in self._custom}
        if "protected_columns" in hidden and kept.get("schema"):
            columns = [c for c in kept["schema"].get("columns", ()) if c.get("role") != "protected"]
            kept["schema"] = kept["schema"] | {"columns": columns}
        return kept

    @cached_property
    def _custom(self) -> frozenset[str]:
        """The restricted custom fields of anything, those retired since too."""
        found = [*inventory.fields(), *inventory.fields(retired=True)]
        return frozenset(field.key for field in found if field.restricted)


@cache
def _noun(table: str) -> str:
    return next((noun for noun, about in vocabulary.NOUNS.items() if about == table), "")
