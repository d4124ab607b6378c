"""JSON in one exact form, so that equal values have equal bytes and equal digests (RFC 8785)."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from json.encoder import encode_basestring
from typing import Any

from remit.kernel.problems import Invalid

_EXACT = 1 << 53


def encode(value: Any) -> bytes:
    """Return the canonical JSON of `value`, UTF-8.

    Accepts None, bool, int, float, str, lists, tuples and mappings with text keys.

    Raises:
        Invalid: a value has no canonical form: NaN, infinity, a whole number that no double is written
            as, a text that is not Unicode, or another type.
    """
    parts: list[str] = []
    try:
        _write(value, parts.append)
        return "".join(parts).encode()
    except UnicodeEncodeError as error:
        raise Invalid(f"A text holds half a character at position {error.start}.") from error
    except RecursionError as error:
        raise Invalid("The value is nested too deeply for canonical JSON.") from error


def digest(value: Any) -> str:
    """Return the SHA-256 of `encode(value)`, in hex.

    Raises:
        Invalid: as `encode`.
    """
    return hashlib.sha256(encode(value)).hexdigest()


def _write(value: Any, out: Any) -> None:
    if value is None or isinstance(value, bool):
        out({None: "null", True: "true", False: "false"}[value])
    elif isinstance(value, str):
        out(encode_basestring(value))
    elif isinstance(value, int):
        out(_whole(value))
    elif isinstance(value, float):
        out(_number(value))
    elif isinstance(value, Mapping):
        _write_object(value, out)
    elif isinstance(value, list | tuple):
        out("[")
        for position, item in enumerate(value):
            if position:
                out(",")
            _write(item, out)
        out("]")
    else:
        raise Invalid(
            f"A {type(value).__name__} has no canonical JSON form.", remedy="Convert it to a JSON type first."
        )


def _write_object(value: Mapping[Any, Any], out: Any) -> None:
    if not all(isinstance(key, str) for key in value):
        raise Invalid("An object has a key that is not a text.")
    out("{")
    # RFC 8785 sorts by UTF-16 code units, which differs from code points beyond the basic plane
    ascii_only = all(key.isascii() for key in value)
    ordered = sorted(value) if ascii_only else sorted(value, key=lambda key: key.encode("utf-16-be"))
    for position, key in enumerate(ordered):
        if position:
            out(",")
        out(encode_basestring(key))
        out(":")
        _write(value[key], out)
    out("}")


def _whole(value: int) -> str:
    # beyond 2**53 a whole number has a canonical form only if it is how its double is written
    if abs(value) > _EXACT and (value.bit_length() > 70 or _number(float(value)) != str(value)):
        raise Invalid(f"{value} is beyond 2**53, where JSON numbers are no longer exact.")
    return str(int(value))


def _number(value: float) -> str:
    """ECMAScript's Number.toString (ECMA-262, section 6.1.6.1.20), as RFC 8785 section 3.2.2.3 asks."""
    if not math.isfinite(value):
        raise Invalid(f"{value} is not a JSON number.")
    if value == 0:
        return "0"
    sign = "-" if value < 0 else ""
    mantissa, _, power = repr(abs(float(value))).partition("e")
    return sign + _place(mantissa, int(power or 0))


def _place(mantissa: str, power: int) -> str:
    whole, _, fraction = mantissa.partition(".")
    fraction = "" if fraction == "0" else fraction
    digits = (whole + fraction).lstrip("0")
    # `point` is where the decimal point stands, counted from the first significant digit
    point = len(whole) + power - (len(whole + fraction) - len(digits))
    digits = digits.rstrip("0")
    count = len(digits)
    if count <= point <= 21:
        return digits + "0" * (point - count)
    if 0 < point <= 21:
        return f"{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:
        return "0." + "0" * -point + digits
    exponent = f"e{point - 1:+d}"
    return (digits if count == 1 else f"{digits[0]}.{digits[1:]}") + exponent
