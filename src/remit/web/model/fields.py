"""Form fields for what a record says: by the shape of a field, and by the type of a custom one."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django import forms

from remit.inventory import queries
from remit.inventory.rules.edits import Editable
from remit.people import queries as people


class Names(forms.CharField):
    """Several texts, separated by commas."""

    def prepare_value(self, value: Any) -> str:
        """Write a list as people read it."""
        return ", ".join(value) if isinstance(value, list) else value or ""

    def to_python(self, value: Any) -> list[str]:  # type: ignore[override]
        """Read a list."""
        return list(dict.fromkeys(part.strip() for part in str(value or "").split(",") if part.strip()))


class Details(forms.JSONField):
    """What a kind says, as JSON that people can read."""

    def prepare_value(self, value: Any) -> str:
        """Write it indented; nothing said is an empty field."""
        return value if isinstance(value, str) else json.dumps(value, indent=2) if value else ""

    def to_python(self, value: Any) -> Any:
        """Read an empty field as nothing said."""
        return super().to_python(value) or {}


def record_field(field: Editable, value: Any) -> forms.Field:
    """Return the form field for a field of a use case or a model that says `value` now."""
    about = {"label": field.label, "initial": value, "required": field.shape in {"person", "unit"}}
    return _SHAPES.get(field.shape, _line)(field, about)


def custom_field(definition: Any, value: Any) -> forms.Field:
    """Return the form field for a custom field that says `value` now."""
    about = {
        "label": definition.label,
        "help_text": definition.help,
        "initial": value,
        "required": False,
    }
    return _TYPES.get(definition.type, _text)(definition, about)


def _line(field: Editable, about: dict[str, Any]) -> forms.Field:
    checked = {} if field.name == "name" else {"spellcheck": "false"}
    return forms.CharField(**about, max_length=field.longest, widget=forms.TextInput(attrs=checked))


def _passage(field: Editable, about: dict[str, Any]) -> forms.Field:
    return forms.CharField(**about, max_length=field.longest, widget=forms.Textarea(attrs={"rows": 3}))


def _amount(field: Editable, about: dict[str, Any]) -> forms.Field:
    del field
    return forms.CharField(**about, widget=forms.TextInput(attrs={"inputmode": "decimal"}))


def _details(field: Editable, about: dict[str, Any]) -> forms.Field:
    del field
    area = forms.Textarea(attrs={"rows": 8, "spellcheck": "false", "class": "rm-mono"})
    return Details(**about, widget=area)


def _number(definition: Any, about: dict[str, Any]) -> forms.Field:
    step = forms.NumberInput(attrs={"step": "any"})
    return forms.FloatField(**about, min_value=definition.minimum, max_value=definition.maximum, widget=step)


def _boolean(definition: Any, about: dict[str, Any]) -> forms.Field:
    del definition
    value = about["initial"]
    said = "" if value is None else str(value).lower()
    answers = [("", "Not said"), ("true", "Yes"), ("false", "No")]
    return forms.ChoiceField(**(about | {"initial": said}), choices=answers)


def _choice(definition: Any, about: dict[str, Any]) -> forms.Field:
    answers = [(choice, choice) for choice in definition.choices]
    return forms.ChoiceField(**about, choices=[("", "Not said"), *answers])


def _text(definition: Any, about: dict[str, Any]) -> forms.Field:
    del definition
    return forms.CharField(**about, max_length=4000)


def _people() -> Any:
    return people.directory().filter(kind="person")


_SHAPES: dict[str, Callable[[Editable, dict[str, Any]], forms.Field]] = {
    "text": _passage,
    "amount": _amount,
    "details": _details,
    "list": lambda _, about: Names(**about, help_text="Separated by commas."),
    "flag": lambda _, about: forms.BooleanField(**about),
    "person": lambda _, about: forms.ModelChoiceField(_people(), **about),
    "unit": lambda _, about: forms.ModelChoiceField(people.units(), **about),
    "vendor": lambda _, about: forms.ModelChoiceField(queries.vendors(), **about, empty_label="None"),
}
_TYPES: dict[str, Callable[[Any, dict[str, Any]], forms.Field]] = {
    "number": _number,
    "boolean": _boolean,
    "choice": _choice,
    "date": lambda _, about: forms.DateField(**about, widget=forms.DateInput(attrs={"type": "date"})),
    "person": lambda _, about: forms.ModelChoiceField(_people(), **about, empty_label="Nobody"),
    "address": lambda _, about: forms.URLField(**about, assume_scheme="https"),
}
