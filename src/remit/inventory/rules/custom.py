"""What a value of a custom field may be, by the field's type."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from remit.inventory.models import FieldDefinition
from remit.policy import Environment, Rule

FACTS = ("use_case", "model", "version", "custom")
ENVIRONMENT = Environment(dict.fromkeys(FACTS, "map"))
"""What the formula of a computed field may read."""


def formula(text: str) -> Rule:
    """Return a computed field's formula.

    Raises:
        Invalid: it is no CEL over `use_case`, `model`, `version` and `custom`.
    """
    return ENVIRONMENT.compile(text)


def read(definition: FieldDefinition, given: Any) -> Any:
    """Return a value as the record keeps it, or None where nothing is said.

    Raises:
        ValueError: the field cannot have it; the message says what it can have.
    """
    if definition.type == "computed":
        raise ValueError("This is computed and cannot be given.")
    if given is None or (isinstance(given, str) and not given.strip()):
        return None
    return _READERS[definition.type](definition, given)


def _text(definition: FieldDefinition, given: Any) -> str:
    del definition
    if not isinstance(given, str) or len(given) > 4000:
        raise ValueError("Give a text of at most 4000 characters.")
    return given.strip()


def _number(definition: FieldDefinition, given: Any) -> float | int:
    try:
        number = float(given)
    except (OverflowError, TypeError, ValueError):
        raise ValueError("Give a number.") from None
    if isinstance(given, bool) or number - number != 0:
        raise ValueError("Give a number.")
    low, high = definition.minimum, definition.maximum
    if (low is not None and number < low) or (high is not None and number > high):
        least = "" if low is None else f" from {low:g}"
        most = "" if high is None else f" up to {high:g}"
        raise ValueError(f"Give a number{least}{most}.")
    return int(number) if number.is_integer() else number


def _boolean(definition: FieldDefinition, given: Any) -> bool:
    del definition
    answer = {"true": True, "yes": True, "false": False, "no": False}.get(str(given).strip().lower())
    if answer is None:
        raise ValueError("Say true or false.")
    return answer


def _date(definition: FieldDefinition, given: Any) -> str:
    del definition
    if isinstance(given, date):
        return given.isoformat()[:10]
    try:
        return date.fromisoformat(str(given)).isoformat()
    except ValueError:
        raise ValueError("Give a day, such as 2027-03-31.") from None


def _choice(definition: FieldDefinition, given: Any) -> str:
    if given not in definition.choices:
        raise ValueError(f"Choose one of: {', '.join(definition.choices)}.")
    return str(given)


def _person(definition: FieldDefinition, given: Any) -> str:
    del definition
    try:
        return str(UUID(str(getattr(given, "pk", given))))
    except ValueError:
        raise ValueError("Give a person's id.") from None


def _address(definition: FieldDefinition, given: Any) -> str:
    del definition
    parts = urlsplit(str(given).strip())
    if parts.scheme not in {"http", "https"} or not parts.hostname or len(str(given)) > 2000:
        raise ValueError("Give an address that starts with https:// or http://.")
    return str(given).strip()


_READERS: Mapping[str, Callable[[FieldDefinition, Any], Any]] = {
    "text": _text,
    "number": _number,
    "boolean": _boolean,
    "date": _date,
    "choice": _choice,
    "person": _person,
    "address": _address,
}
