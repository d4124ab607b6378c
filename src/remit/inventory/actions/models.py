"""Registering models."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from remit.inventory import standing
from remit.inventory.models import KINDS, Model, UseCase, Vendor
from remit.inventory.rules import kinds
from remit.kernel import clock
from remit.kernel.problems import Invalid
from remit.ledger.capture import action, emit
from remit.ledger.numbering import next_number
from remit.people import queries as people
from remit.people.models import User


@action("model.register")
def register_model(
    *,
    acting_user: User,
    use_case: UseCase,
    name: str,
    kind: str,
    description: str = "",
    built_in: str = "",
    vendor: Vendor | None = None,
    external_key: str = "",
    tags: Sequence[str] = (),
    details: Mapping[str, Any] | None = None,
) -> Model:
    """Register a way of making the decision of a use case.

    Args:
        acting_user: who registers it.
        use_case: the decision that it makes or supports.
        name: what it is called; no two of a use case are called the same.
        kind: one of `KINDS`.
        description: what it does.
        built_in: the tool or registry it comes from.
        vendor: who supplies it.
        external_key: its id where it comes from.
        tags: words to find it by.
        details: what its kind asks of it, as `rules.kinds` knows.

    Raises:
        Denied: the person is not a developer in the use case's unit.
        Invalid: the name is empty or taken, the kind is unknown, or a detail is wrong.
    """
    people.require(acting_user, "model.register", unit=use_case.unit, subject=use_case.pk)
    name, key = name.strip(), external_key.strip() or None
    fields = _wrong(use_case, name, kind, key)
    if details and "kind" not in fields:
        try:
            kinds.check(kind, details, of="model")
        except Invalid as problem:
            fields |= problem.fields
    if fields:
        raise Invalid("The model cannot be registered.", fields=fields)
    registered = Model.objects.create(
        reference=next_number("MDL"),
        use_case=use_case,
        name=name,
        kind=kind,
        description=description.strip(),
        built_in=built_in.strip(),
        vendor=vendor,
        external_key=key,
        tags=list(dict.fromkeys(tag.strip() for tag in tags if tag.strip())),
        details=dict(details or {}),
        registered_at=clock.now(),
    )
    standing.refresh([use_case.pk])
    emit("model.registered", registered, use_case=use_case.pk, name=name)
    return registered


def _wrong(use_case: UseCase, name: str, kind: str, key: str | None) -> dict[str, str]:
    fields: dict[str, str] = {}
    if not name:
        fields["name"] = "Name the model."
    elif use_case.models.filter(name__iexact=name).exists():
        fields["name"] = f"{use_case.name} has a model named {name} already."
    if kind not in dict(KINDS):
        fields["kind"] = f"Choose one of: {', '.join(dict(KINDS))}."
    if key is not None and Model.objects.filter(external_key=key).exists():
        fields["external_key"] = f"A model with the key {key} is registered already."
    return fields
