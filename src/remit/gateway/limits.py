"""How much a remit allows, counted exactly on this node.

Use is written to a journal before the decision is answered, so a killed process has forgotten nothing
that it answered. One gateway process owns one journal; several nodes each count for themselves.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from remit.kernel.problems import Broken, Refused
from remit.proof.remit_statement import Limit, RemitTerms

_COMPACT_AT = 4 << 20

Use = tuple[str, str, str, float]
"""Remit id, limit's name, window, how much."""


def window_of(period: str, now: datetime) -> str:
    """Return the name of the window that `now` falls in (UTC; weeks are ISO 8601 weeks)."""
    if period == "hour":
        return now.isoformat(timespec="hours")
    if period == "day":
        return now.date().isoformat()
    return now.strftime("%G-W%V") if period == "week" else "all"


class LimitBook:
    """What has been used, by remit, limit and window."""

    def __init__(self, journal: Path) -> None:
        """Replay `journal`, then keep it open.

        Raises:
            Broken: a line before the last is not readable; a torn last line is what a crash leaves.
        """
        self._path = journal
        self._used: dict[tuple[str, str], tuple[str, float]] = {}
        journal.parent.mkdir(parents=True, exist_ok=True)
        self._replay()
        self._compact()

    def take(
        self, terms: RemitTerms, features: Mapping[str, Any], context: Mapping[str, Any], now: datetime
    ) -> tuple[Use, ...]:
        """Reserve what one decision uses, all limits or none, and return it for `give_back`.

        Raises:
            Refused: clause `limits`, naming the limit and what is left.
            OSError: the journal cannot be written; nothing is reserved.
        """
        uses = []
        for limit in terms.limits:
            amount = _amount(limit, features, context)
            if limit.period:
                uses.append(self._fits(terms, limit, amount, now))
            elif amount > limit.maximum:
                raise _over(terms, limit, f"{amount:g} is above {limit.maximum:g}")
        reserved = tuple(uses)
        self._write(reserved)
        self._add(reserved)
        return reserved

    def give_back(self, uses: tuple[Use, ...]) -> None:
        """Undo a reservation whose decision was not made."""
        returned = tuple((remit, name, window, -amount) for remit, name, window, amount in uses)
        self._add(returned)
        self._write(returned)

    def used(self, remit_id: str, limit: Limit, now: datetime) -> float:
        """Return what the current window of `limit` has used."""
        window, amount = self._used.get((remit_id, limit.name), ("", 0.0))
        return amount if window == window_of(limit.period, now) else 0.0

    def close(self) -> None:
        """Close the journal."""
        os.close(self._descriptor)

    def _fits(self, terms: RemitTerms, limit: Limit, amount: float, now: datetime) -> Use:
        used = self.used(terms.remit_id, limit, now)
        if used + amount > limit.maximum:
            span = "in total" if limit.period == "total" else f"a {limit.period}"
            raise _over(
                terms, limit, f"{used:g} of {limit.maximum:g} {span} are used, {amount:g} more do not fit"
            )
        return (terms.remit_id, limit.name, window_of(limit.period, now), amount)

    def _add(self, uses: tuple[Use, ...]) -> None:
        for remit_id, name, window, amount in uses:
            known, used = self._used.get((remit_id, name), (window, 0.0))
            self._used[remit_id, name] = (window, (used if known == window else 0.0) + amount)

    def _write(self, uses: tuple[Use, ...]) -> None:
        if not uses:
            return
        line = msgspec.json.encode(uses) + b"\n"
        if os.write(self._descriptor, line) != len(line):
            # a torn line must not swallow the next one
            os.write(self._descriptor, b"\n")
            raise OSError(28, "the limit journal could not be written in full")
        self._size += len(line)
        if self._size > _COMPACT_AT:
            os.close(self._descriptor)
            self._compact()

    def _replay(self) -> None:
        if not self._path.exists():
            return
        lines = self._path.read_bytes().split(b"\n")
        for number, line in enumerate(lines, start=1):
            if not line:
                continue
            try:
                self._add(msgspec.json.decode(line, type=tuple[Use, ...]))
            except msgspec.MsgspecError as error:
                if number == len(lines):
                    return
                raise Broken(
                    f"Line {number} of the limit journal {self._path.name} is not readable.",
                    remedy="Restore the gateway's state folder, or remove the file to start limits at zero.",
                ) from error

    def _compact(self) -> None:
        uses = tuple((remit, name, window, used) for (remit, name), (window, used) in self._used.items())
        content = msgspec.json.encode(uses) + b"\n" if uses else b""
        temporary = self._path.with_suffix(".new")
        temporary.write_bytes(content)
        temporary.replace(self._path)
        self._size = len(content)
        self._descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND)


def _amount(limit: Limit, features: Mapping[str, Any], context: Mapping[str, Any]) -> float:
    if limit.kind == "count":
        return 1.0
    value = features.get(limit.field, context.get(limit.field))
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < float("inf"):
        raise Refused(
            f"The limit {limit.name} needs {limit.field} as a number of zero or more.",
            clause="limits",
            remedy=f"Send {limit.field} among the features or in the context.",
            limit=limit.name,
        )
    return float(value)


def _over(terms: RemitTerms, limit: Limit, how: str) -> Refused:
    return Refused(
        f"Remit {terms.number} limits {limit.name}: {how}.",
        clause="limits",
        remedy="Have a person decide, or wait for the next period.",
        remit=terms.number,
        limit=limit.name,
    )
