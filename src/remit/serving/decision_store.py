"""Reading the decision store: Parquet files by use case and day, found by the time in a decision's id."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from remit.kernel import clock, paths
from remit.kernel.ids import instant_of
from remit.kernel.problems import Unknown
from remit.measure.backends import parquet
from remit.serving.contract import DecisionFilter

_EVER = datetime(2000, 1, 1, tzinfo=UTC)
_LISTED = (
    "decision_id", "use_case", "status", "occurred_at", "recorded_at", "clock", "consumer", "purpose",
    "channel", "subject", "clause", "detail", "action", "decided_by", "score", "remit", "version",
    "version_id", "variant", "total_us", "features",
)  # fmt: skip


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


def newest(
    keys: Sequence[str], chosen: DecisionFilter, *, before: UUID | None = None, limit: int = 50
) -> list[dict[str, Any]]:
    """Return decisions and refusals of these use cases, the newest first, without their context.

    Days are read one after the other, the newest first, until there are enough rows.

    Args:
        before: continue below this decision.
    """
    wanted = _as_uuid(chosen.text)
    first = [instant_of(i).date() for i in (before, wanted) if i is not None and i.version == 7]
    root, found = paths.decisions(), list[dict[str, Any]]()
    for day in sorted({d.name for key in keys for d in (root / key).glob("day=*")}, reverse=True):
        at = date.fromisoformat(day.removeprefix("day="))
        if (chosen.day and at != chosen.day) or any(at > latest for latest in first):
            continue
        files_of_day = sorted(file for key in keys for file in (root / key / day).glob("*.parquet"))
        if not files_of_day:
            continue
        narrowed = _narrowed(parquet.scan(files_of_day), chosen, wanted, before)
        narrowed = narrowed.sort("decision_id", descending=True)
        found += narrowed.select(*_LISTED).rows(limit - len(found))
        if len(found) == limit:
            break
    return found


def _narrowed(
    found: parquet.Scan, chosen: DecisionFilter, wanted: UUID | None, before: UUID | None
) -> parquet.Scan:
    if before is not None:
        found = found.where("decision_id", "<", str(before))
    if wanted is not None:
        found = found.where("decision_id", "=", str(wanted))
    elif chosen.text:
        found = found.where("subject", "contains", chosen.text)
    if chosen.outcome == "refused":
        found = found.where("status", "=", "refused")
    elif chosen.outcome:
        found = found.where("action", "=", chosen.outcome)
    return found.where("variant", "=", chosen.variant) if chosen.variant else found


def _as_uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
