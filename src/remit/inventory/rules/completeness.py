"""What a record must say by the stage it is in, and what of that it does not say. Pure.

`standing.sql` counts the same for thousands of records at once; a test proves that the two agree.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from remit.inventory.models import STAGES

_RANK = {stage: rank for rank, (stage, _) in enumerate(STAGES)}


@dataclass(frozen=True, slots=True)
class Asked:
    """Something that a record must say: of the use case, the model or the version, from a stage on."""

    of: str
    field: str
    label: str
    since: str
    custom: bool = False


@dataclass(frozen=True, slots=True)
class Completeness:
    """How much of what is asked by now a record says, in percent, and what it does not say."""

    percent: int
    missing: tuple[Asked, ...]


@cache
def required() -> list[dict[str, Any]]:
    """Return what every installation asks: `of`, `field`, `label`, `from` which stage, of which `kinds`."""
    file = Path(__file__).parent.parent / "data" / "required.yaml"
    rows: list[dict[str, Any]] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return rows


def asked_of(kind: str, stage: str) -> list[Asked]:
    """Return what every installation asks of a record of this kind by this stage."""
    return [
        Asked(row["of"], row["field"], row["label"], row["from"])
        for row in required()
        if _RANK[row["from"]] <= _RANK[stage] and kind in row.get("kinds", (kind,))
    ]


def due(since: str, stage: str) -> bool:
    """Tell whether what is asked from one stage on is asked by another."""
    return _RANK[since] <= _RANK[stage]


def completeness(asked: Iterable[Asked], said: Mapping[str, Mapping[str, Any] | None]) -> Completeness:
    """Return how much of what is asked a record says.

    Args:
        asked: what it must say by now.
        said: what the `use_case`, the `model` and the `version` say, by field; None where there is none,
            of which nothing is asked.
    """
    held = [(want, said[want.of]) for want in asked]
    wanted = [(want, row) for want, row in held if row is not None]
    missing = tuple(want for want, row in wanted if _value(row, want) in (None, "", [], {}))
    # a half is rounded up, as PostgreSQL does
    share = int(100 * (len(wanted) - len(missing)) / len(wanted) + 0.5) if wanted else 100
    return Completeness(share, missing)


def _value(row: Mapping[str, Any], want: Asked) -> Any:
    value: Any = row["custom"] if want.custom else row
    for step in [want.field] if want.custom else want.field.split("."):
        value = value.get(step) if isinstance(value, Mapping) else None
    return value
