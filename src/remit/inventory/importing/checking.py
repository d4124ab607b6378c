"""Reading each row's texts as the values that its columns stand for; what cannot be read is a fault."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models.functions import Lower

from remit.inventory.importing import cells, reading
from remit.inventory.importing.mapping import Field
from remit.inventory.importing.reading import Row
from remit.inventory.models import KINDS, STAGES, Model, UseCase, Vendor, Version
from remit.inventory.rules import custom
from remit.kernel import clock
from remit.people import queries
from remit.people.models import Unit, User

_TABLES = {"identity": Model, "use_case": UseCase, "model": Model, "version": Version}
_COLUMN_OF = {"model": "name", "use_case": "name", "version": "number", "version_summary": "summary"}
_LONGEST_ITEM = {"tags": 60}
_KIND_WORDS = {
    "machine learning": "ml",
    "bought": "vendor",
    "third party": "vendor",
    "language model": "llm",
    "genai": "llm",
    "generative ai": "llm",
    "excel": "spreadsheet",
    "eda": "spreadsheet",
    "eut": "spreadsheet",
    "business rules": "rules",
    "ensemble": "composite",
}
_STAGE_WORDS = {
    "production": "in_business",
    "prod": "in_business",
    "live": "in_business",
    "active": "in_business",
    "in use": "in_business",
    "in production": "in_business",
    "review": "under_review",
    "decommissioned": "retired",
    "inactive": "retired",
    "in development": "development",
    "dev": "development",
    "approved": "approval",
    "in validation": "validation",
}


class Fault(NamedTuple):
    """What is wrong in a row: the file's row number and column, what the cell says, and how to mend it."""

    row: int
    column: str
    value: str
    what: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Draft:
    """A row as values by field; a field whose cell is empty is not in it."""

    number: int
    values: Mapping[str, Any]

    def of(self, part: str, known: Mapping[str, Field]) -> dict[str, Any]:
        """Return the values that are about a use case, a model or a version."""
        return {name: value for name, value in self.values.items() if known[name].of == part}


@dataclass(slots=True)
class Directory:
    """Who and what rows may name, found in one read each."""

    people: Mapping[str, User]
    units: Mapping[str, Unit]
    vendors: Mapping[str, Vendor]
    may_add_vendors: bool
    now: datetime = field(default_factory=clock.now)


def directory(
    who: User | str,
    rows: Iterable[Row],
    mapping: Mapping[str, str],
    defaults: Mapping[str, str],
    known: Mapping[str, Field],
) -> Directory:
    """Look up everybody and everything that these rows name, for the person who imports them."""
    columns = [column for name, column in mapping.items() if known[name].names_a_person]
    named = {row.texts.get(column, "").casefold() for row in rows for column in columns}
    named.add(defaults.get("owner", "").casefold())
    people = User.objects.alias(lowered=Lower("email")).filter(lowered__in=named, is_active=True)
    return Directory(
        {person.email.casefold(): person for person in people},
        {unit.name.casefold(): unit for unit in Unit.objects.all()},
        {vendor.name.casefold(): vendor for vendor in Vendor.objects.all()},
        may_add_vendors=isinstance(who, str) or queries.may(who, "vendor.edit"),
    )


def drafts(
    rows: Iterable[Row],
    mapping: Mapping[str, str],
    defaults: Mapping[str, str],
    known: Mapping[str, Field],
    there: Directory,
) -> tuple[list[Draft], list[Fault]]:
    """Return what the rows say, and a fault for each cell that says nothing readable.

    A row with a fault still becomes a draft, without that cell, so that everything wrong with it is found.

    Args:
        mapping: column by field.
        defaults: texts for fields whose cell is empty.
    """
    found, faults = [], list[Fault]()
    for row in rows:
        values = dict[str, Any]()
        for name in dict.fromkeys((*mapping, *defaults)):
            column = mapping.get(name, "")
            text = row.texts.get(column, "") or defaults.get(name, "")
            if not text:
                continue
            try:
                values[name] = _value(known[name], text, there)
            except ValueError as error:
                what, _, remedy = str(error).partition("\n")
                faults.append(
                    Fault(row.number, column or name, text[:80], what, remedy or "Correct the cell.")
                )
        found.append(Draft(row.number, values))
    return found, faults


def _value(known: Field, text: str, there: Directory) -> Any:
    if reading.uncomputed(text):
        raise ValueError(
            "This formula was never computed.\nOpen and save the file in Excel, or type the value."
        )
    return _READERS[known.shape](known, text, there)


def _line(known: Field, text: str, there: Directory) -> str:
    del there
    text = " ".join(text.split())
    return _within(known, text)


def _text(known: Field, text: str, there: Directory) -> str:
    del there
    return _within(known, text)


def _within(known: Field, text: str) -> str:
    column = _TABLES[known.of]._meta.get_field(_COLUMN_OF.get(known.name, known.name))
    longest = getattr(column, "max_length", None)
    if longest and len(text) > longest:
        raise ValueError(f"This has {len(text)} characters; at most {longest} fit.\nShorten it.")
    return text


def _person(known: Field, text: str, there: Directory) -> User:
    del known
    person = there.people.get(text.casefold())
    if person is None:
        if "@" not in text:
            raise ValueError("This is not an e-mail address.\nName people by the address they sign in with.")
        raise ValueError("No active person has this address.\nInvite them, or name somebody else.")
    return person


def _unit(known: Field, text: str, there: Directory) -> Unit:
    del known
    unit = there.units.get(" ".join(text.split()).casefold())
    if unit is None:
        raise ValueError(f"There is no unit {text}.\nAdd it on the People page, or correct its name.")
    return unit


def _vendor(known: Field, text: str, there: Directory) -> Vendor:
    del known
    name = " ".join(text.split())
    if len(name) > 120:
        raise ValueError("A vendor's name has at most 120 characters.\nShorten it.")
    found = there.vendors.get(name.casefold())
    if found is None and not there.may_add_vendors:
        raise ValueError("There is no such vendor, and you may not add one.\nAsk somebody who may.")
    return found or Vendor(name=name)


def _kind(known: Field, text: str, there: Directory) -> str:
    del known, there
    return _one_of([kind for kind, _ in KINDS], _KIND_WORDS, text)


def _stage(known: Field, text: str, there: Directory) -> str:
    del known, there
    return _one_of([stage for stage, _ in STAGES], _STAGE_WORDS, text)


def _one_of(choices: list[str], words: Mapping[str, str], text: str) -> str:
    plain = re.sub(r"[^a-z0-9]+", " ", text.casefold()).strip()
    found = next((choice for choice in choices if choice.replace("_", " ") == plain), words.get(plain))
    if found is None:
        raise ValueError(f"This is not one of the choices.\nUse one of: {', '.join(choices)}.")
    return found


def _list(known: Field, text: str, there: Directory) -> list[str]:
    del there
    items = json.loads(text) if text.startswith("[") and text.endswith("]") else cells.to_list(text)
    longest = _LONGEST_ITEM.get(known.name, 120)
    if any(len(item) > longest for item in items) or len(items) > 100:
        raise ValueError(f"At most 100 entries of {longest} characters each.\nSeparate them by semicolons.")
    return items


def _purpose(known: Field, text: str, there: Directory) -> str:
    del known, there
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", text) or len(text) > 60:
        raise ValueError("This is no name in lower case with hyphens.\nSuch as home-loan-origination.")
    return text


def _currency(known: Field, text: str, there: Directory) -> str:
    del known, there
    if not re.fullmatch(r"[A-Z]{3}", text.upper()):
        raise ValueError("A currency is a code of three letters.\nSuch as USD.")
    return text.upper()


def _past(known: Field, text: str, there: Directory) -> datetime:
    del known
    found = cells.to_instant(text)
    if found > there.now:
        raise ValueError("This lies in the future.\nGive the day on which it came into business.")
    return found


def _custom(known: Field, text: str, there: Directory) -> Any:
    definition = known.definition
    if definition is None:
        raise ValueError("This is no field of this installation.")
    given: Any = text
    if definition.type == "person":
        given = _person(known, text, there)
    elif definition.type == "number":
        given = text.replace(",", "") if cells.grouped(text) else text
    elif definition.type == "date":
        given = cells.to_instant(text).date()
    return custom.read(definition, given)


_Reader = Callable[[Field, str, Directory], Any]
_READERS: dict[str, _Reader] = {
    "line": _line,
    "text": _text,
    "person": _person,
    "unit": _unit,
    "vendor": _vendor,
    "custom": _custom,
    "kind": _kind,
    "stage": _stage,
    "list": _list,
    "purpose": _purpose,
    "currency": _currency,
    "past": _past,
    "amount": lambda _field, text, _there: cells.to_amount(text),
    "flag": lambda _field, text, _there: cells.to_truth(text),
}
