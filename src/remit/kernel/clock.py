"""One clock for every layer, so that a story, a test or a replay can run on its own time.

`now()` is when something happened (`occurred_at`). `recorded_now()` is the machine's own time
(`recorded_at`) and cannot be injected. A process started with `REMIT_CLOCK_FILE` reads the story's
instant from that file at each call; `injected()` tells whether time is injected, so that pages,
health endpoints and records can say so.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path

_frozen: ContextVar[datetime | None] = ContextVar("remit_clock", default=None)
ENVIRONMENT_VARIABLE = "REMIT_CLOCK_FILE"


def recorded_now() -> datetime:
    """Return the machine's time, UTC, whatever clock is injected."""
    return datetime.now(UTC)


def now() -> datetime:
    """Return the current instant, UTC: injected if a clock is injected, else the machine's.

    Raises:
        ValueError: the clock file holds no ISO 8601 instant with an offset.
    """
    frozen = _frozen.get()
    if frozen is not None:
        return frozen
    path = os.environ.get(ENVIRONMENT_VARIABLE)
    return (_from_file(Path(path)) if path else None) or recorded_now()


def injected() -> bool:
    """Tell whether `now()` is something else than the machine's time."""
    if _frozen.get() is not None:
        return True
    path = os.environ.get(ENVIRONMENT_VARIABLE)
    return _from_file(Path(path)) is not None if path else False


@contextmanager
def at(instant: datetime) -> Iterator[None]:
    """Within the block, `now()` answers `instant` in this thread or task.

    Raises:
        ValueError: the instant has no time zone.
    """
    if instant.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    token = _frozen.set(instant.astimezone(UTC))
    try:
        yield
    finally:
        _frozen.reset(token)


def set_file(path: Path, instant: datetime | None) -> None:
    """Point every process that reads this clock file at `instant`; None hands them back real time."""
    temporary = path.with_suffix(".new")
    temporary.write_text("" if instant is None else instant.astimezone(UTC).isoformat(), encoding="ascii")
    temporary.replace(path)


def _from_file(path: Path) -> datetime | None:
    try:
        text = path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return None
    if not text:
        return None
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError(f"{path} holds {text!r}: an instant needs an offset, such as +00:00")
    return instant.astimezone(UTC)
