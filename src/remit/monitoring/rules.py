"""Pure rules of monitoring."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

from remit.measure.contract import Judgement, Schema

Health = Literal["healthy", "watch", "breach", "not_running"]
DUE_DAYS = {"T1": 5, "T2": 10, "T3": 20, "T4": 30}
"""Working days within which an alarm is answered (`lifecycle_raci`: breach decided)."""
_ORDER = ("breach", "watch", "ok", "insufficient", "not_computable")


def measured_rows(rows: Iterable[Mapping[str, Any]], schema: Schema) -> list[dict[str, Any]]:
    """Return decisions as rows of the schema: inputs out of their JSON, then score, action, label, groups."""
    flat = [{**json.loads(row["features"]), **row, "prediction": row["action"]} for row in rows]
    return [{column.name: row.get(column.name) for column in schema.columns} for row in flat]


def worst(judged: Sequence[Judgement]) -> str:
    """Return the verdict of a window: the most serious one, `not_computable` when nothing was judged."""
    found = {judgement.status for judgement in judged}
    return next((verdict for verdict in _ORDER if verdict in found), "not_computable")


def health(verdict: str | None) -> Health:
    """Return how a version fares by its latest window; one never measured is not running."""
    if verdict in {"breach", "watch"}:
        return "breach" if verdict == "breach" else "watch"
    return "healthy" if verdict == "ok" else "not_running"


def says(judgement: Judgement) -> str:
    """Say an alarm in a sentence: what was measured, how far, and the limit."""
    row, limit = judgement.row, judgement.limit
    name = row.metric.replace("_", " ")
    about = f" of {row.column}" if row.column else ""
    where = f" ({row.segment.replace('=', ' ')})" if row.segment else ""
    interval = (
        f", interval {row.low:.3f} to {row.high:.3f}" if row.low is not None and row.high is not None else ""
    )
    side = "over" if limit.direction == "above" else "under"
    mark = limit.breach if judgement.status == "breach" else limit.watch
    measured = f"The {name}{about}{where} is {row.value:.3f}{interval}"
    return f"{measured}: {side} the limit of {mark:g}, on {row.n} rows."
