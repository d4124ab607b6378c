"""Which fields of a use case and a model may be edited, what they must say, and which are watched."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal
from uuid import UUID

import yaml

from remit.inventory.contract import Intake
from remit.inventory.rules import kinds
from remit.inventory.rules.entries import amount, checked_intake
from remit.kernel.problems import Invalid

Subject = Literal["use_case", "model"]
Shape = Literal["line", "text", "amount", "list", "flag", "person", "unit", "vendor", "details"]


@dataclass(frozen=True, slots=True)
class Editable:
    """A field that may be edited: its label, what its values look like, and the longest text."""

    name: str
    label: str
    shape: Shape
    longest: int = 4000


FIELDS: dict[Subject, dict[str, Editable]] = {
    "use_case": {
        field.name: field
        for field in (
            Editable("name", "Name", "line", 120),
            Editable("owner", "Owner", "person"),
            Editable("unit", "Line of business", "unit"),
            Editable("decision", "Decision", "text"),
            Editable("purpose", "Purpose", "line", 60),
            Editable("population", "For whom", "text"),
            Editable("alternative", "Without a model", "text"),
            Editable("value_hypothesis", "What it should be worth", "text"),
            Editable("planned_value_a_year", "Planned value a year", "amount"),
            Editable("currency", "Currency", "line", 3),
            Editable("jurisdictions", "Jurisdictions", "list", 120),
            Editable("regulations", "Regulations", "list", 120),
            Editable("affects_people", "It affects people's access, rights or money", "flag"),
        )
    },
    "model": {
        field.name: field
        for field in (
            Editable("name", "Name", "line", 120),
            Editable("description", "Description", "text"),
            Editable("built_in", "Built in", "line", 60),
            Editable("vendor", "Vendor", "vendor"),
            Editable("tags", "Tags", "list", 60),
            Editable("details", "Details", "details"),
        )
    },
}


@cache
def watched(of: Subject) -> dict[str, str]:
    """Return the permission that reviews each watched field."""
    file = Path(__file__).parent.parent / "data" / "watched.yaml"
    rows: dict[Subject, dict[str, str]] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return rows[of]


def cleaned(
    of: Subject, current: Mapping[str, Any], changes: Mapping[str, Any], *, kind: str = "ml"
) -> dict[str, Any]:
    """Return the changes as the record keeps them, without those that change nothing.

    Args:
        of: what is edited.
        current: every editable field as it is, in JSON types.
        changes: the fields to change, from a form or a request.
        kind: the model's kind, which says what its details may be.

    Raises:
        Invalid: a field is unknown or wrong; `fields` names each.
    """
    known = FIELDS[of]
    fields = {
        name: f"This cannot be edited; what can is: {', '.join(known)}."
        for name in changes
        if name not in known
    }
    clean: dict[str, Any] = {}
    for name, given in changes.items():
        if name in known:
            try:
                clean[name] = _READERS[known[name].shape](known[name], given)
            except (TypeError, ValueError) as error:
                fields[name] = str(error)
    if of == "use_case":
        fields |= _intake_faults({**current, **clean}, clean)
    elif "details" in clean:
        try:
            kinds.check(kind, clean["details"], of="model")
        except Invalid as problem:
            fields |= problem.fields
    if of == "model" and clean.get("name") == "":
        fields["name"] = "Name the model."
    if fields:
        raise Invalid(f"This cannot be changed so: {' '.join(fields.values())}", fields=fields)
    return {name: value for name, value in clean.items() if value != current[name]}


def _intake_faults(whole: Mapping[str, Any], changed: Mapping[str, Any]) -> dict[str, str]:
    """Say what the intake form would say of the changed fields; the rest may be incomplete still."""
    form = Intake(
        **{name: whole[name] for name in Intake.__dataclass_fields__ if name in whole},
    )
    try:
        checked_intake(form)
    except Invalid as problem:
        return {name: message for name, message in problem.fields.items() if name in changed}
    return {}


def _text(field: Editable, given: Any) -> str:
    if not isinstance(given, str):
        raise TypeError("Give a text.")
    text = given.strip()
    if len(text) > field.longest:
        raise ValueError(f"At most {field.longest} characters; this has {len(text)}.")
    return text


def _amount(field: Editable, given: Any) -> str:
    del field
    return str(amount(str(given).strip()))


def _list(field: Editable, given: Any) -> list[str]:
    parts = given.split(",") if isinstance(given, str) else given
    if not isinstance(parts, list | tuple) or not all(isinstance(part, str) for part in parts):
        raise ValueError("Give texts, separated by commas.")
    kept = list(dict.fromkeys(part.strip() for part in parts if part.strip()))
    if any(len(part) > field.longest for part in kept) or len(kept) > 100:
        raise ValueError(f"At most 100 entries of {field.longest} characters each.")
    return kept


def _flag(field: Editable, given: Any) -> bool:
    del field
    if not isinstance(given, bool):
        raise TypeError("Say true or false.")
    return given


def _id(field: Editable, given: Any) -> str:
    identifier = getattr(given, "pk", given)
    if identifier in {None, ""}:
        if field.shape == "vendor":
            return ""
        raise ValueError("Choose one; this cannot be empty.")
    try:
        return str(UUID(str(identifier)))
    except ValueError:
        raise ValueError(f"Give the id of a {field.shape}.") from None


def _details(field: Editable, given: Any) -> dict[str, Any]:
    del field
    if not isinstance(given, Mapping):
        raise TypeError("Give an object of names and values.")
    return dict(given)


_READERS: dict[Shape, Callable[[Editable, Any], Any]] = {
    "line": _text,
    "text": _text,
    "amount": _amount,
    "list": _list,
    "flag": _flag,
    "person": _id,
    "unit": _id,
    "vendor": _id,
    "details": _details,
}
