"""What an entry changed, field by field and by path within what is nested. Pure: payloads in, texts out."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

LONG = 160
NOTHING = "\N{EN DASH}"
BETWEEN = " \N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK} "
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
_KEYS = ("name", "id", "metric", "reference")
_CHOICES = {
    "autonomy", "category", "decision", "kind", "mode", "outcome", "role", "severity", "stage", "state",
    "status", "variant", "verdict",
}  # fmt: skip


class Change(NamedTuple):
    """A field with its text before and after."""

    field: str
    before: str
    after: str

    @property
    def long(self) -> bool:
        """Whether a page had better fold it."""
        return max(len(self.before), len(self.after)) > LONG


def changes(payload: Mapping[str, Any], names: Mapping[str, str] | None = None) -> list[Change]:
    """Return what changed: every field of a new or removed row, by path within a value that changed.

    Args:
        payload: the row `before` and `after`, as the ledger keeps it.
        names: how people call what ids refer to.
    """
    before, after = payload.get("before") or {}, payload.get("after") or {}
    called = names or {}
    found = [
        Change(BETWEEN.join(map(words, path)), said(path[-1], was, called), said(path[-1], becomes, called))
        for field in dict.fromkeys([*before, *after])
        if field != "id"
        for path, was, becomes in _differences((field,), before.get(field), after.get(field))
    ]
    # a text that was null and is empty reads the same
    return [change for change in found if change.before != change.after]


def references(payload: Mapping[str, Any]) -> set[str]:
    """Return the ids of other rows that what changed refers to."""
    before, after = payload.get("before") or {}, payload.get("after") or {}
    return {
        str(value)
        for row in (before, after)
        for field, value in row.items()
        if field != "id" and before.get(field) != after.get(field) and is_reference(value)
    }


def is_reference(value: Any) -> bool:
    """Tell whether a value is the id of a row."""
    return isinstance(value, str) and _UUID.fullmatch(value) is not None


def words(name: str) -> str:
    """Write a field's name for people: `owner_id` is `Owner`."""
    plain = name.removesuffix("_id").replace("_", " ").replace(".", " ").strip()
    return plain[:1].upper() + plain[1:]


def shown(value: Any, names: Mapping[str, str] | None = None) -> str:
    """Write a value for people: a name for an id, a day for an instant, nothing for what is empty."""
    if value in (None, "", [], {}):
        return NOTHING
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, str):
        if _INSTANT.fullmatch(value):
            return f"{datetime.fromisoformat(value):%-d %b %Y, %H:%M}"
        return (names or {}).get(value, value)
    if isinstance(value, list) and all(isinstance(item, str | int | float) for item in value):
        return ", ".join(shown(item, names) for item in value)
    text = json.dumps(value, ensure_ascii=False, sort_keys=True)
    return text if len(text) <= LONG else json.dumps(value, ensure_ascii=False, sort_keys=True, indent=2)


def said(field: str, value: Any, names: Mapping[str, str] | None = None) -> str:
    """Write a field's value for people: a choice without its underscores, else as `shown` does."""
    text = shown(value, names)
    return text.replace("_", " ") if field in _CHOICES else text


def _differences(
    path: tuple[str, ...], before: Any, after: Any
) -> Iterator[tuple[tuple[str, ...], Any, Any]]:
    if before == after:
        return
    was, becomes = _parts(before), _parts(after)
    # what is new or gone as a whole reads better as a whole
    if not was or not becomes:
        yield path, before, after
        return
    for key in dict.fromkeys([*was, *becomes]):
        yield from _differences((*path, key), was.get(key), becomes.get(key))


def _parts(value: Any) -> dict[str, Any]:
    """Return what a nested value holds, by key; none for a plain one and for a list of plain ones."""
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, Sequence) and not isinstance(value, str) and value:
        if not all(isinstance(item, Mapping) for item in value):
            return {}
        for key in _KEYS:
            called = [str(item.get(key)) for item in value if item.get(key)]
            if len(called) == len(value) == len(set(called)):
                return dict(zip(called, value, strict=True))
        return {str(n): item for n, item in enumerate(value, 1)}
    return {}
