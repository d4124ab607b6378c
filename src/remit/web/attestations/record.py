"""The record that an owner attests, in the words of people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from remit.web import words

_LABELS = {
    "affects_people": "Decides about people",
    "built_in": "Built in",
    "planned_value_a_year": "Planned value a year",
    "remit_state": "State of the remit",
    "value_hypothesis": "What it should be worth",
    "population": "For whom",
    "decision": "Decision",
    "alternative": "Without a model",
    "custom": "Fields of our own",
    "details": "What its kind asks",
}


def label(name: str) -> str:
    """Return how people call a field of the record."""
    return _LABELS.get(name, name.replace("_", " ").capitalize())


def said(value: Any) -> str:
    """Return a value of the record as people write it."""
    if value is None or value in ("", [], {}):
        return "Not said"
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, list):
        return ", ".join(said(item) for item in value)
    if isinstance(value, Mapping):
        return "; ".join(f"{label(str(name))}: {said(item)}" for name, item in value.items())
    return str(value)


def lines(record: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the fields of a record, models apart, as label and text."""
    return [(label(name), field(name, value)) for name, value in record.items() if name != "models"]


def field(name: str, value: Any) -> str:
    """Return the value of a field as people write it; what is chosen from a list, in its words."""
    if name == "kind":
        return words.KINDS.get(value, value)
    if name in {"stage", "remit_state"} and value:
        return str(value).replace("_", " ").capitalize()
    return said(value)


def told(differences: Iterable[tuple[str, Any, Any]]) -> list[tuple[str, str, str]]:
    """Return differences as rows of the diff: what, was, is."""
    rows = []
    for path, before, after in differences:
        *parents, name = path.split(".")
        where = f"{parents[-1]}: " if parents and parents[-1] != "models" else ""
        rows.append((f"{where}{label(name)}", field(name, before), field(name, after)))
    return rows
