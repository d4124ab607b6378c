"""Registering models."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from remit.inventory import standing
from remit.inventory.models import KINDS, Model, UseCase, Vendor
from remit.inventory.rules import kinds
from remit.kernel import clock
from remit.kernel.problems import Denied, Invalid
from remit.ledger.capture import action, emit_each
from remit.ledger.numbering import next_numbers
from remit.people import queries as people
from remit.people.models import User

# each pair is one index probe, whatever other models there are
_TAKEN = """
select w.n - 1, 'name'
from unnest(%(use_cases)s::uuid[], %(names)s::text[]) with ordinality w(use_case, name, n)
where exists (
  select from inventory_model m where m.use_case_id = w.use_case and upper(m.name) = upper(w.name))
union all
select w.n - 1, 'external_key' from unnest(%(keys)s::text[]) with ordinality w(key, n)
where exists (select from inventory_model m where m.external_key = w.key)
"""


@dataclass(frozen=True, slots=True)
class NewModel:
    """A model to register.

    `use_case` is the decision that it makes or supports, `name` what it is called (no two of a use case are
    called the same), `kind` one of `KINDS`, `built_in` the tool or registry it comes from, `external_key` its
    id there, `tags` words to find it by, `details` what its kind asks of it, as `rules.kinds` knows.
    """

    use_case: UseCase
    name: str
    kind: str
    description: str = ""
    built_in: str = ""
    vendor: Vendor | None = None
    external_key: str = ""
    tags: Sequence[str] = ()
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def called(self) -> str:
        """Its name, without space around it."""
        return self.name.strip()

    @property
    def key(self) -> str | None:
        """Its external key; None if it has none."""
        return self.external_key.strip() or None


@action("model.register")
def register_model(*, acting_user: User, use_case: UseCase, name: str, kind: str, **more: Any) -> Model:
    """Register a way of making the decision of a use case.

    Args:
        acting_user: who registers it.
        use_case: the decision.
        name: what it is called.
        kind: one of `KINDS`.
        more: what else `NewModel` has.

    Raises:
        Denied: the person is not a developer in the use case's unit.
        Invalid: the name is empty or taken, the kind is unknown, or a detail is wrong.
    """
    wanted = NewModel(use_case=use_case, name=name, kind=kind, **more)
    people.require(acting_user, "model.register", unit=use_case.unit, subject=use_case.pk)
    fields = {name: fault for _, name, fault in _faults([wanted])}
    if fields:
        raise Invalid("The model cannot be registered.", fields=fields)
    return _register([wanted])[0]


@action("model.register")
def register_models(*, acting_user: User, models: Sequence[NewModel]) -> list[Model]:
    """Register several models: all of them, or none.

    Args:
        acting_user: who registers them.
        models: at least one; they may belong to different use cases.

    Raises:
        Denied: the person is not a developer in the unit of one of the use cases; it tells which item.
        Invalid: as for one model; `fields` names the item too, such as `models.3.name`.
    """
    allowed = set()
    for index, wanted in enumerate(models):
        use_case = wanted.use_case
        if use_case.pk in allowed:
            continue
        try:
            people.require(acting_user, "model.register", unit=use_case.unit, subject=use_case.pk)
        except Denied as problem:
            raise Denied(f"models.{index}: {problem.detail}", remedy=problem.remedy) from problem
        allowed.add(use_case.pk)
    fields = {f"models.{index}.{name}": fault for index, name, fault in _faults(models)}
    if fields:
        raise Invalid("Nothing was registered: some models cannot be.", fields=fields)
    return _register(models)


def _register(models: Sequence[NewModel]) -> list[Model]:
    now = clock.now()
    registered = Model.objects.bulk_create(
        Model(
            reference=reference,
            use_case=wanted.use_case,
            name=wanted.called,
            kind=wanted.kind,
            description=wanted.description.strip(),
            built_in=wanted.built_in.strip(),
            vendor=wanted.vendor,
            external_key=wanted.key,
            tags=list(dict.fromkeys(tag.strip() for tag in wanted.tags if tag.strip())),
            details=dict(wanted.details),
            registered_at=now,
        )
        for reference, wanted in zip(next_numbers("MDL", len(models)), models, strict=True)
    )
    standing.refresh(model.use_case_id for model in registered)
    emit_each("model.registered", ((m, {"use_case": m.use_case_id, "name": m.name}) for m in registered))
    return registered


def _faults(models: Sequence[NewModel]) -> Iterator[tuple[int, str, str]]:
    """Yield what is wrong: which of the models, which field, and why."""
    taken = _taken(models)
    before: set[object] = set()
    for index, wanted in enumerate(models):
        name = wanted.called
        if not name:
            yield index, "name", "Name the model."
        elif (index, "name") in taken or (wanted.use_case.pk, name.casefold()) in before:
            yield index, "name", f"{wanted.use_case.name} has a model named {name} already."
        key = wanted.key
        if key is not None and ((index, "external_key") in taken or key in before):
            yield index, "external_key", f"A model with the key {key} is registered already."
        if wanted.kind not in dict(KINDS):
            yield index, "kind", f"Choose one of: {', '.join(dict(KINDS))}."
        elif wanted.details:
            try:
                kinds.check(wanted.kind, wanted.details, of="model")
            except Invalid as problem:
                for path, fault in problem.fields.items():
                    yield index, path, fault
        before |= {(wanted.use_case.pk, name.casefold()), key}


def _taken(models: Sequence[NewModel]) -> set[tuple[int, str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            _TAKEN,
            {
                "use_cases": [wanted.use_case.pk for wanted in models],
                "names": [wanted.called for wanted in models],
                "keys": [wanted.key for wanted in models],
            },
        )
        return set(cursor.fetchall())
