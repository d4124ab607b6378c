"""Pure rules of the lifecycle: clocks in working days, and complete answers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import yaml

from remit.kernel.problems import Invalid
from remit.lifecycle.contract import Clock, Stage
from remit.people.rules import roles

_DAY = timedelta(days=1)
_SATURDAY = 5
WARN_FROM = 0.8
POSITIVE = ("approve", "approve_with_conditions")


@cache
def stages() -> dict[str, Stage]:
    """Return the stages by id, in the order of a life."""
    text = (Path(__file__).parent / "data" / "stages.yaml").read_text(encoding="utf-8")
    return {row["id"]: Stage(**row) for row in yaml.safe_load(text)}


def role_name(role: str) -> str:
    """Return how people call a role."""
    known = roles().get(role)
    return known.name if known else role


def working_time(start: datetime, end: datetime) -> timedelta:
    """Return the time between two instants that falls on Monday to Friday (UTC); negative if reversed."""
    if end < start:
        return -working_time(end, start)
    return _since_monday_zero(end) - _since_monday_zero(start)


def after_working_days(start: datetime, days: int) -> datetime:
    """Return the instant at which `days` working days have passed since `start`.

    From a weekend the count begins on Monday at 00:00 UTC.

    Raises:
        ValueError: days is negative.
    """
    if days < 0:
        raise ValueError("a clock does not run backwards")
    instant = start.astimezone(UTC)
    if days and instant.weekday() >= _SATURDAY:
        instant = (instant + (7 - instant.weekday()) * _DAY).replace(
            hour=0, minute=0, second=0, microsecond=0
        )
    weeks, rest = divmod(days, 5)
    instant += 7 * weeks * _DAY
    for _ in range(rest):
        instant += _DAY
        while instant.weekday() >= _SATURDAY:
            instant += _DAY
    return instant


def clock_of(opened: datetime, due: datetime, days: int, now: datetime) -> Clock:
    """Return how a running clock stands: used share, tone and words such as "1 d 4 h left of 15 d"."""
    whole, left = working_time(opened, due), working_time(now, due)
    used = 1.0 if whole <= timedelta(0) else min(1.0, working_time(opened, now) / whole)
    if now > due:
        return Clock(used=1.0, tone="late", text=f"{_words(-left)} late")
    tone = "warn" if used >= WARN_FROM else "ok"
    return Clock(used=used, tone=tone, text=f"{_words(left)} left of {days} d")


def took(start: datetime, end: datetime) -> str:
    """Return a duration in words: working days and hours, or minutes below an hour."""
    return _words(working_time(start, end))


def check_answer(outcome: str, allowed: list[str], *, judged: bool, reason: str, conditions: str) -> None:
    """Pass if an answer is complete.

    Args:
        outcome: what was decided.
        allowed: what may be decided.
        judged: whether the answer is a judgement, which needs a reason.
        reason: why.
        conditions: under which conditions.

    Raises:
        Invalid: the outcome is not offered, or the reason or the conditions are missing.
    """
    fields: dict[str, str] = {}
    if outcome not in allowed:
        fields["outcome"] = f"Choose one of: {', '.join(allowed)}."
    if (judged or outcome in {"return", "reject"}) and not reason.strip():
        fields["reason"] = "Say why, in at least one sentence."
    if outcome == "approve_with_conditions" and not conditions.strip():
        fields["conditions"] = "State the conditions."
    if fields:
        raise Invalid(f"The answer is not complete: {' '.join(fields.values())}", fields=fields)


def _since_monday_zero(instant: datetime) -> timedelta:
    """Working time since a Monday in the far past."""
    moment = instant.astimezone(UTC)
    days = moment.date().toordinal() - 1  # 0001-01-01 was a Monday
    weeks, weekday = divmod(days, 7)
    today = timedelta(0)
    if weekday < _SATURDAY:
        midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
        today = moment - midnight
    return timedelta(days=weeks * 5 + min(weekday, 5)) + today


def _words(duration: timedelta) -> str:
    minutes = int(duration.total_seconds() // 60)
    days, rest = divmod(minutes, 24 * 60)
    hours = rest // 60
    if days:
        return f"{days} d {hours} h" if hours else f"{days} d"
    return f"{hours} h" if hours else f"{minutes} min"
