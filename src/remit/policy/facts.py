"""Python facts as the plain values CEL accepts."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

_INT64 = 1 << 63
_DEEPEST = 32


def plain(value: Any, where: str, depth: int = 0) -> Any:
    """Return `value` in CEL's plain types.

    A number that is not a number becomes null, because CEL answers `!(nan > 1.0)` with true and a rule
    must not pass on a missing measurement. Decimals become doubles. Below the top level CEL takes no
    instants from Python, so they become RFC 3339 text: a rule writes `timestamp(evidence.at)`.

    Raises:
        TypeError: the value, or one inside it, has no CEL form; the message names it by `where`.
    """
    kind = type(value)
    if value is None or kind is bool or kind is str:
        return value
    if kind is float:
        return value if value == value else None  # noqa: PLR0124 - the fastest test for NaN, on the gateway's path
    if kind is int and -_INT64 <= value < _INT64:
        return value
    return _nested(value, where, depth)


def _nested(value: Any, where: str, depth: int) -> Any:
    if depth > _DEEPEST:
        raise TypeError(f"{where} is nested deeper than {_DEEPEST} levels")
    if isinstance(value, Mapping):
        if _is_flat(value):
            # what the gateway sends on every call: no name is put together that no message needs
            return dict(value)
        return {_key(k, where): plain(v, f"{where}.{k}", depth + 1) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [plain(v, f"{where}[{i}]", depth + 1) for i, v in enumerate(value)]
    if isinstance(value, set | frozenset):
        return [plain(v, f"{where}[]", depth + 1) for v in sorted(value, key=repr)]
    return _scalar(value, where)


def _is_flat(value: Mapping[Any, Any]) -> bool:
    for key, inner in value.items():
        kind = type(inner)
        if type(key) is not str:
            return False
        if kind is float:
            if math.isnan(inner):
                return False
        elif kind is int:
            if not -_INT64 <= inner < _INT64:
                return False
        elif inner is not None and kind is not str and kind is not bool:
            return False
    return True


def _scalar(value: Any, where: str) -> Any:
    if isinstance(value, Enum):
        return plain(value.value, where)
    if isinstance(value, Decimal | float):
        return None if _is_nan(value) else float(value)
    if isinstance(value, datetime):
        return aware(value, where).isoformat()
    if isinstance(value, date):
        return f"{value.isoformat()}T00:00:00Z"
    if isinstance(value, timedelta):
        return f"{value.total_seconds():.6f}s"
    if isinstance(value, str | UUID):
        return str(value)
    if isinstance(value, int):
        raise TypeError(f"{where} is a whole number beyond 64 bits")
    raise TypeError(f"{where} holds a {type(value).__name__}, which a rule cannot read")


def _is_nan(value: Decimal | float) -> bool:
    # float() of a signalling NaN raises, so a Decimal is asked itself
    return value.is_nan() if isinstance(value, Decimal) else math.isnan(value)


def aware(value: datetime, where: str) -> datetime:
    """Return the instant; a local time without an offset could mean any of several instants.

    Raises:
        TypeError: the instant has no offset.
    """
    if value.tzinfo is None:
        raise TypeError(f"{where} is an instant without a time zone")
    return value


def _key(key: Any, where: str) -> Any:
    if isinstance(key, str | UUID):
        return str(key)
    if isinstance(key, int):
        return int(key)
    raise TypeError(f"{where} has a {type(key).__name__} as a key")
