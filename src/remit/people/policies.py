"""One policy a noun: who may do what with which rows, and which fields are kept from them.

Read from `data/permissions.yaml` (which roles) and `data/policies.yaml` (which rows, which fields). What
neither names is denied. A page that shows `noun` asks `policy("noun")` and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

from django.db.models import Q, QuerySet

from remit.kernel.problems import Unknown
from remit.people import queries, rules
from remit.people.models import User

Row = TypeVar("Row")
Rows = TypeVar("Rows", bound=QuerySet[Any, Any])


@dataclass(frozen=True, slots=True)
class Policy:
    """What may be done with the rows of a noun.

    `rows` is the way from a row to its use case, in parts; None where rows belong to the whole organisation.
    `restricted` maps a field to the permission that reading it takes.
    """

    noun: str
    rows: tuple[str, ...] | None
    restricted: Mapping[str, str]

    def may(self, person: User | str, verb: str, row: Any = None) -> bool:
        """Tell whether a person may do `verb` with a row, or with some row of the noun when none is given."""
        permission = f"{self.noun}.{verb}"
        if isinstance(person, str):
            return person.startswith("system:")
        if row is not None:
            return queries.may(person, permission, **self._scope(row))
        return queries.may(person, permission)

    def require(self, person: User | str, verb: str, row: Any = None) -> None:
        """Pass if they may.

        Raises:
            Denied: they may not; the remedy names who may.
        """
        scope = {} if row is None else self._scope(row)
        queries.require(person, f"{self.noun}.{verb}", **scope)

    def visible(self, person: User | str, rows: Rows) -> Rows:
        """Return those of the rows that the person may read."""
        if isinstance(person, str):
            return rows if person.startswith("system:") else rows.none()
        permission = f"{self.noun}.read"
        if self.rows is None:
            return rows if queries.may(person, permission) else rows.none()
        units = queries.visible_units(person, permission)
        if units is None:
            return rows
        way = "__".join(self.rows)
        unit, subject = (f"{way}__unit__in", f"{way}__in") if way else ("unit__in", "pk__in")
        return rows.filter(Q(**{unit: units}) | Q(**{subject: queries.visible_subjects(person, permission)}))

    def find(self, person: User | str, lookup: Callable[..., Row], *key: str) -> Row:
        """Return the row that a lookup finds, if the person may read it.

        Raises:
            Unknown: there is none, or it is not theirs to see; the answer does not tell which.
        """
        found: Row | None = None
        with suppress(Unknown):
            found = lookup(*key)
        if found is None or not self.may(person, "read", found):
            raise Unknown(
                f"There is no {self.noun.replace('_', ' ')} {' '.join(key)}, or it is not yours to see.",
                remedy="Check the address, or ask whoever heads the unit for a role in it.",
            )
        return found

    def seen(self, person: User | str, row: Any) -> None:
        """Pass if the person may read this row.

        Raises:
            Unknown: they may not; what is not theirs to see is not there for them.
        """
        if not self.may(person, "read", row):
            raise Unknown(
                "There is nothing under this address, or it is not yours to see.",
                remedy="Check the address, or ask whoever answers for the unit to give you a role in it.",
            )

    def hidden(self, person: User | str, row: Any = None) -> frozenset[str]:
        """Return the restricted fields that the person may not read, of a row or of any."""
        if isinstance(person, str):
            return frozenset() if person.startswith("system:") else frozenset(self.restricted)
        scope = {} if row is None else self._scope(row)
        return frozenset(
            field
            for field, permission in self.restricted.items()
            if not queries.may(person, permission, **scope)
        )

    def _scope(self, row: Any) -> dict[str, Any]:
        if self.rows is None:
            return {}
        for part in self.rows:
            row = getattr(row, part)
        return {"unit": row.unit, "subject": row.pk}


def policy(noun: str) -> Policy:
    """Return the policy of a noun; one that nothing names denies everything to everybody."""
    return _policies().get(noun) or Policy(noun, (), {})


VEILED = {
    "inventory_vendor": "vendor",
    "inventory_model": "model",
    "inventory_usecase": "use_case",
    "inventory_version": "version",
    "data_dataasset": "data",
}
"""The nouns that have restricted fields, by their table."""


def veiled_tables(person: User | str) -> frozenset[str]:
    """Return the tables of which the person may not read every field."""
    return frozenset(table for table, noun in VEILED.items() if policy(noun).hidden(person))


def nouns() -> tuple[str, ...]:
    """Return every noun that has a policy."""
    return tuple(_policies())


@cache
def _policies() -> dict[str, Policy]:
    return {
        noun: Policy(noun, _way(given.get("rows")), given.get("restricted", {}))
        for noun, given in rules.data("policies").items()
    }


def _way(rows: str | None) -> tuple[str, ...] | None:
    if rows is None:
        return None
    return () if rows == "self" else tuple(rows.split("."))
