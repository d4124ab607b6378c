"""Reading the decision store: Parquet files by use case and day, found by the time in a decision's id."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from remit.kernel import clock, paths
from remit.kernel.ids import instant_of
from remit.kernel.problems import Unknown
from remit.measure.backends import parquet

_EVER = datetime(2000, 1, 1, tzinfo=UTC)


def files(root: Path, key: str, *, since: datetime, until: datetime) -> list[Path]:
    """Return the files of a use case whose day lies in the window, both ends included."""
    days = (root / key).glob("day=*")
    first, last = since.date(), until.date()
    kept = [day for day in days if first <= date.fromisoformat(day.name.removeprefix("day=")) <= last]
    return sorted(file for day in kept for file in day.glob("*.parquet"))


def scan(
    key: str, *, since: datetime | None = None, until: datetime | None = None, protected: bool = False
) -> parquet.Scan:
    """Return decisions and refusals of a use case joined with the latest outcome of each.

    Args:
        key: the use case's key.
        since: earliest `occurred_at`, inclusive.
        until: latest `occurred_at`, exclusive.
        protected: join the protected attributes too; the caller has checked `protected.read`.
    """
    # outcomes and protected attributes lie under the day of their decision, whenever they became known
    start, end = since or _EVER, until or clock.now() + timedelta(days=1)
    found = parquet.scan(files(paths.decisions(), key, since=start, until=end))
    if not found.columns:
        return found
    found = found.where("occurred_at", ">=", start).where("occurred_at", "<", end)
    labels = parquet.scan(files(paths.outcomes(), key, since=start, until=end))
    if labels.columns:
        latest = labels.latest(by="decision_id", order="known_at")
        found = found.join(latest.select("decision_id", "label", "known_at"), on="decision_id")
    if protected:
        apart = parquet.scan(files(paths.protected(), key, since=start, until=end))
        if apart.columns:
            found = found.join(apart.latest(by="decision_id", order="decision_id"), on="decision_id")
    return found


def rows(
    key: str,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    decided: bool = False,
    protected: bool = False,
) -> list[dict[str, Any]]:
    """Return decisions of a window as plain rows, oldest first; `label` is None while unknown."""
    found = scan(key, since=since, until=until, protected=protected)
    if decided:
        found = found.where("status", "=", "decided")
    listed = found.sort("occurred_at").rows()
    return [{"label": None, **row} for row in listed]


def find(keys: Iterable[str], decision_id: UUID) -> tuple[str, dict[str, Any]]:
    """Return a decision by id, with its use case's key; the id's time says in which day to look.

    Raises:
        Unknown: it is not there.
    """
    try:
        at = instant_of(decision_id)
    except ValueError as error:
        raise Unknown(f"{decision_id} is not the id of a decision.") from error
    window = {"since": at - timedelta(minutes=1), "until": at + timedelta(minutes=1)}
    for key in keys:
        listed = scan(key, **window).where("decision_id", "=", str(decision_id)).rows(1)
        if listed:
            return key, {"label": None, **listed[0]}
    raise Unknown(
        f"There is no decision {decision_id}.", remedy="Check the id; it is in the consumer's answer."
    )
