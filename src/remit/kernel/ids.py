"""Identifiers that sort by time (UUID version 7, RFC 9562 section 5.7)."""

from __future__ import annotations

import os
import threading
import uuid
from datetime import UTC, datetime

_lock = threading.Lock()
_last_ms = 0
_counter = 0


def uuid7(at: datetime | None = None) -> uuid.UUID:
    """Return a UUIDv7, monotonic within this process for ids made in the same millisecond.

    Args:
        at: the instant to carry; the machine's clock when omitted.
    """
    global _last_ms, _counter  # noqa: PLW0603 - one monotonic counter a process is the point
    moment = at or datetime.now(UTC)
    millisecond = int(moment.timestamp() * 1000)
    with _lock:
        _counter = _counter + 1 if millisecond == _last_ms else int.from_bytes(os.urandom(1), "big")
        _last_ms = millisecond
        counter = _counter & 0xFFF
    random_tail = int.from_bytes(os.urandom(8), "big") & ((1 << 62) - 1)
    value = (millisecond & ((1 << 48) - 1)) << 80 | 0x7 << 76 | counter << 64 | 0b10 << 62 | random_tail
    return uuid.UUID(int=value)


def instant_of(identifier: uuid.UUID) -> datetime:
    """Return the instant a UUIDv7 carries, to the millisecond.

    Raises:
        ValueError: the identifier is not version 7.
    """
    if identifier.version != 7:
        raise ValueError(f"{identifier} is a UUID of version {identifier.version}, not 7")
    return datetime.fromtimestamp((identifier.int >> 80) / 1000, tz=UTC)
