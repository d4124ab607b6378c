"""Reads about custom fields: which apply and what they say; computed ones are evaluated here."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from remit.inventory.models import FieldDefinition, Model, UseCase, Version
from remit.inventory.rules import custom
from remit.kernel.problems import Invalid, Unknown
from remit.people import queries as people
from remit.people.models import User
from remit.people.policies import policy


@dataclass(frozen=True, slots=True)
class Said:
    """A custom field of one record: its value (None if nothing is said) and how people read it."""

    field: FieldDefinition
    value: Any
    text: str


def field(of: str, key: str) -> FieldDefinition:
    """Return a custom field that is not retired, of use cases or of models, by key.

    Raises:
        Unknown: there is none.
    """
    found = fields().filter(of=of, key=key).first()
    if found is None:
        raise Unknown(f"There is no custom field {key} of a {of.replace('_', ' ')}.")
    return found


def fields(*, retired: bool = False) -> QuerySet[FieldDefinition]:
    """Return the custom fields in their order; the retired ones instead if asked for."""
    rows = FieldDefinition.objects.select_related("unit").filter(retired_at__isnull=not retired)
    return rows.order_by("of", "order", "label", "pk")


def fields_for(subject: UseCase | Model) -> list[FieldDefinition]:
    """Return the custom fields that a use case or a model has: of its kind, of its unit or one above."""
    of, use_case = ("model", subject.use_case) if isinstance(subject, Model) else ("use_case", subject)
    found = list(fields().filter(Q(kinds=[]) | Q(kinds__contains=[subject.kind]), of=of))
    units = set(people.above(use_case.unit_id)) if any(field.unit_id for field in found) else set()
    return [field for field in found if field.unit_id is None or field.unit_id in units]


def hidden(who: User, subject: UseCase | Model) -> frozenset[str]:
    """Return the keys of the custom fields of a record that this person may not read."""
    restricted = policy("model" if isinstance(subject, Model) else "use_case").hidden(who, subject)
    if "restricted_custom" not in restricted:
        return frozenset()
    return frozenset(definition.key for definition in fields_for(subject) if definition.restricted)


def custom_of(subject: UseCase | Model, *, hidden: Collection[str] = ()) -> list[Said]:
    """Return what the custom fields of a record say, computed ones evaluated now.

    Args:
        subject: a use case or a model.
        hidden: keys to leave out; a computed field that reads one of them is not computed.
    """
    definitions = fields_for(subject)
    plain = {d.key: subject.custom.get(d.key) for d in definitions if d.type != "computed"}
    values = {key: value for key, value in plain.items() if value is not None and key not in hidden}
    names = _people(definitions, values)
    facts: dict[str, Any] = {}
    said = []
    for definition in definitions:
        if definition.key in hidden:
            continue
        if definition.type == "computed":
            facts = facts or facts_of(subject) | {"custom": values}
            value, text = _computed(definition, facts)
        else:
            value = values.get(definition.key)
            text = names.get(str(value), _text(value))
        said.append(Said(definition, value, text))
    return said


def facts_of(subject: UseCase | Model) -> dict[str, Any]:
    """Return what a formula may read of a record beside its custom values, as JSON types."""
    model, use_case = (subject, subject.use_case) if isinstance(subject, Model) else (None, subject)
    version = model.versions.order_by("-registered_at").first() if model else None
    return {
        "use_case": {
            "key": use_case.key,
            "name": use_case.name,
            "kind": use_case.kind,
            "tier": use_case.tier,
            "unit": use_case.unit.name,
            "owner": use_case.owner.name,
            "planned_value_a_year": float(use_case.planned_value_a_year),
            "currency": use_case.currency,
            "affects_people": use_case.affects_people,
            "jurisdictions": use_case.jurisdictions,
            "regulations": use_case.regulations,
        },
        "model": _model(model) if model else {},
        "version": _version(version) if version else {},
    }


def _model(model: Model) -> dict[str, Any]:
    return {
        "name": model.name,
        "kind": model.kind,
        "built_in": model.built_in,
        "tags": list(model.tags),
        "details": model.details,
        "vendor": model.vendor.name if model.vendor else "",
    }


def _version(version: Version) -> dict[str, Any]:
    return {
        "number": version.number,
        "stage": version.stage,
        "licence": version.licence,
        "columns": len(version.schema.get("columns", [])),
        "details": version.details,
    }


def _computed(definition: FieldDefinition, facts: dict[str, Any]) -> tuple[Any, str]:
    try:
        value = custom.formula(definition.formula).value(facts)
    except Invalid as problem:
        return None, f"Cannot be computed: {problem.detail}"
    return value, _text(value)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, float):
        return f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.0f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def _people(definitions: list[FieldDefinition], values: dict[str, Any]) -> dict[str, str]:
    ids = [values[d.key] for d in definitions if d.type == "person" and d.key in values]
    return {str(person.pk): person.name for person in User.objects.filter(pk__in=ids)} if ids else {}
