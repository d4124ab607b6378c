"""How complete the record of a use case, a model and one of its versions is."""

from __future__ import annotations

from typing import Any

from django.db.models import Model as Row

from remit.inventory.models import Model, UseCase, Version
from remit.inventory.queries import custom_fields
from remit.inventory.rules.completeness import Asked, Completeness, asked_of, completeness, due


def completeness_of(
    use_case: UseCase, model: Model | None = None, version: Version | None = None
) -> Completeness:
    """Return how complete a record is by the stage that its version, or else its model, is in."""
    stage = version.stage if version else "development" if model else "intake"
    asked = asked_of(model.kind if model else use_case.kind, stage)
    for subject in (use_case, model):
        asked += [
            Asked(definition.of, definition.key, definition.label, definition.required_from, custom=True)
            for definition in (custom_fields.fields_for(subject) if subject else ())
            if definition.type != "computed"
            and definition.required_from
            and due(definition.required_from, stage)
        ]
    return completeness(
        asked, {"use_case": _said(use_case), "model": _said(model), "version": _said(version)}
    )


def _said(row: Row | None) -> dict[str, Any] | None:
    """Return the columns of a row by the names that `required.yaml` and the database have for them."""
    return (
        {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields} if row else None
    )
