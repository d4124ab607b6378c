"""Registering models."""

from __future__ import annotations

from remit.inventory import standing
from remit.inventory.models import KINDS, Model, UseCase
from remit.kernel import clock
from remit.kernel.problems import Invalid
from remit.ledger.capture import action, emit
from remit.ledger.numbering import next_number
from remit.people import queries as people
from remit.people.models import User


@action("model.register")
def register_model(
    *, acting_user: User, use_case: UseCase, name: str, kind: str, description: str = "", built_in: str = ""
) -> Model:
    """Register a way of making the decision of a use case.

    Raises:
        Denied: the person is not a developer in the use case's unit.
        Invalid: the name is empty or taken, or the kind is unknown.
    """
    people.require(acting_user, "model.register", unit=use_case.unit)
    name = name.strip()
    fields: dict[str, str] = {}
    if not name:
        fields["name"] = "Name the model."
    elif use_case.models.filter(name__iexact=name).exists():
        fields["name"] = f"{use_case.name} has a model named {name} already."
    if kind not in dict(KINDS):
        fields["kind"] = f"Choose one of: {', '.join(dict(KINDS))}."
    if fields:
        raise Invalid("The model cannot be registered.", fields=fields)
    registered = Model.objects.create(
        reference=next_number("MDL"),
        use_case=use_case,
        name=name,
        kind=kind,
        description=description.strip(),
        built_in=built_in.strip(),
        registered_at=clock.now(),
    )
    standing.refresh([use_case.pk])
    emit("model.registered", registered, use_case=use_case.pk, name=name)
    return registered
