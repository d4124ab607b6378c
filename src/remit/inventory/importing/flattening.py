"""A JSON object as a flat row: what lies deeper is named by its path, such as `use_case.owner.email`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


def flat(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return the object's values by path. Lists of plain values stay; lists of objects are left out."""
    return dict(_walk(item, ""))


def _walk(item: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Any]]:
    for name, value in item.items():
        path = f"{prefix}{name}"
        if isinstance(value, Mapping):
            yield from _walk(value, f"{path}.")
        elif not (isinstance(value, list) and any(isinstance(part, dict | list) for part in value)):
            yield path, value
