"""Which column says what: the fields there are, a guess by the columns' names, and its check."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from remit.inventory.models import FieldDefinition
from remit.kernel.problems import Invalid
from remit.people import queries as people
from remit.people.models import User

DEFAULTED = ("owner", "unit", "kind")
"""Fields that may be given once for all rows that leave them empty."""


@dataclass(frozen=True, slots=True)
class Field:
    """Something a column can say.

    `of` is identity, use_case, model or version, `shape` how its texts are read, `once` whether it counts
    only while the entry is new. `definition` is set for a custom field.
    """

    name: str
    label: str
    of: str
    shape: str
    aliases: tuple[str, ...] = ()
    help: str = ""
    once: bool = False
    definition: FieldDefinition | None = None

    @property
    def names_a_person(self) -> bool:
        """Whether its texts are e-mail addresses of people here."""
        return self.shape == "person" or (self.definition is not None and self.definition.type == "person")


def fields(who: User | str) -> dict[str, Field]:
    """Return every field by name: the usual ones, then the custom ones that this person may read."""
    own = FieldDefinition.objects.filter(retired_at=None).exclude(type="computed")
    if not isinstance(who, str) and not people.may(who, "contract.read"):
        own = own.filter(restricted=False)
    custom = (
        Field(
            f"custom.{d.of}.{d.key}",
            d.label,
            d.of,
            "custom",
            (d.key, f"{d.of}.custom.{d.key}"),
            d.help,
            definition=d,
        )
        for d in own.order_by("of", "order", "key")
    )
    return {field.name: field for field in (*_fixed(), *custom)}


def guess(columns: Iterable[str], known: Mapping[str, Field]) -> dict[str, str]:
    """Return the column for each field whose name, label or alias a column carries, field by field."""
    waiting = {_words(column): column for column in columns if column}
    found: dict[str, str] = {}
    for names in (_own_names, _aliases):
        for field in known.values():
            hit = next((name for name in names(field) if name in waiting), None)
            if hit is not None and field.name not in found:
                found[field.name] = waiting.pop(hit)
    return {name: found[name] for name in known if name in found}


def checked(mapping: Mapping[str, str], columns: Iterable[str], known: Mapping[str, Field]) -> dict[str, str]:
    """Return the mapping without empty choices, in the order of the fields.

    Raises:
        Invalid: a field or a column does not exist, a column is used twice, or nothing identifies a row.
    """
    chosen = {name: column for name, column in mapping.items() if column}
    there, faults = set(columns), dict[str, str]()
    for name, column in chosen.items():
        if name not in known:
            faults[name] = f"There is no field {name}."
        elif column not in there:
            faults[name] = f"The file has no column {column}."
        elif next(other for other, used in chosen.items() if used == column) != name:
            faults[name] = f"The column {column} is used already; a column says one thing."
    if not {"external_key", "reference"} & chosen.keys():
        faults["external_key"] = (
            "Choose the column that tells the models apart: with it, importing again changes nothing."
        )
    if faults:
        raise Invalid("The columns are not mapped.", fields=faults)
    return {name: chosen[name] for name in known if name in chosen}


@cache
def _fixed() -> tuple[Field, ...]:
    file = Path(__file__).parent.parent / "data" / "import_fields.yaml"
    rows = yaml.safe_load(file.read_text(encoding="utf-8"))
    return tuple(
        Field(
            row["name"],
            row["label"],
            row["of"],
            row["shape"],
            tuple(row.get("as", ())),
            row.get("help", ""),
            row.get("once", False),
        )
        for row in rows
    )


def _own_names(field: Field) -> list[str]:
    return [_words(field.name), _words(field.label)]


def _aliases(field: Field) -> list[str]:
    return [_words(alias) for alias in field.aliases]


def _words(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", " ", name.casefold()).strip()
