"""What a cell says: pure conversions between cells of CSV, Excel and JSON and the inventory's values.

Each `to_…` is the inverse of what `shown` writes, so that an export comes back unchanged.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_GUARDED = re.compile(r"'*[=+\-@\t\r]")
_GROUPED = re.compile(r"-?\d{1,3}(,\d{3})+(\.\d+)?")
_YES = {"yes", "true", "1", "y"}
_NO = {"no", "false", "0", "n"}


def plain(value: str) -> str:
    """Return a text without control characters, half characters and outer space, with plain line ends."""
    return _CONTROL.sub("", value.replace("\r\n", "\n").replace("\r", "\n")).strip()


def guarded(value: str) -> str:
    """Return a text that no spreadsheet takes for a formula: an apostrophe precedes one that could be."""
    return f"'{value}" if _GUARDED.match(value) else value


def unguarded(value: str) -> str:
    """Return the text that was given to `guarded`."""
    return value[1:] if value.startswith("'") and _GUARDED.match(value) else value


def shown(value: Any) -> str:
    """Return a value of the inventory as the text of a cell."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date):
        return _day(value)
    if isinstance(value, list | tuple):
        return joined(str(item) for item in value)
    return str(int(value) if isinstance(value, float) and value.is_integer() else value)


def _day(value: date) -> str:
    if isinstance(value, datetime):
        # Excel knows no time zones: what it calls a time is taken as UTC
        value = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
        if value.time() != time():
            return value.isoformat()
        value = value.date()
    return value.isoformat()


def joined(items: Iterable[str]) -> str:
    """Return a list as one text: items ended by semicolons, which `to_list` reads back."""
    escaped = [item.replace("\\", "\\\\").replace(";", "\\;") for item in items]
    if len(escaped) == 1 and "," not in escaped[0]:
        return escaped[0]
    return "; ".join(escaped) + (";" if len(escaped) == 1 else "")


def to_list(text: str) -> list[str]:
    """Return the items of a list: those between semicolons, or between commas where there is no semicolon.

    A backslash before a semicolon or another backslash makes it part of an item. Empty and repeated items
    are dropped.
    """
    items, current, ended = [], "", False
    following = iter(text)
    for character in following:
        if character == "\\":
            escaped = next(following, "")
            current += escaped if escaped in {";", "\\"} else character + escaped
        elif character == ";":
            items.append(current)
            current, ended = "", True
        else:
            current += character
    items.append(current)
    if not ended:
        items = current.split(",")
    return list(dict.fromkeys(item.strip() for item in items if item.strip()))


def grouped(text: str) -> bool:
    """Tell whether a text is a number with commas between its thousands."""
    return _GROUPED.fullmatch(text) is not None


def to_amount(text: str) -> Decimal:
    """Return an amount of money from 0 to 999,999,999,999.99.

    Raises:
        ValueError: it is none; the message says what is expected.
    """
    digits = text.replace(",", "") if grouped(text) else text
    try:
        amount = Decimal(digits)
    except InvalidOperation:
        raise ValueError("This is not an amount, such as 250000 or 250000.50.") from None
    if not amount.is_finite() or amount < 0 or amount >= Decimal(10) ** 12:
        raise ValueError("An amount is from 0 to 999,999,999,999.")
    return amount.quantize(Decimal("0.01"))


def to_truth(text: str) -> bool:
    """Return yes or no.

    Raises:
        ValueError: it is neither.
    """
    word = text.casefold()
    if word not in _YES | _NO:
        raise ValueError("This is neither yes nor no.")
    return word in _YES


def to_instant(text: str) -> datetime:
    """Return a day's start (UTC) or an instant.

    Raises:
        ValueError: it is neither an ISO 8601 date nor an instant.
    """
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("This is not a date as in 2024-03-31.") from None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
