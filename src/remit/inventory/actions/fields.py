"""Custom fields: defining them, and saying what they hold for a record."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import NoneType
from typing import Any

from remit.inventory import standing
from remit.inventory.actions.edits import lock, use_case_of
from remit.inventory.models import FIELD_TYPES, KINDS, STAGES, FieldDefinition, Model, UseCase
from remit.inventory.queries import custom_fields as reads
from remit.inventory.rules import custom
from remit.kernel import clock
from remit.kernel.problems import Conflict, Denied, Invalid
from remit.ledger.capture import action, emit
from remit.people.models import Unit, User
from remit.people.policies import policy

_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
_LAYOUT: dict[str, tuple[type, ...]] = {
    "label": (str,),
    "help": (str,),
    "choices": (list, tuple),
    "minimum": (int, float, NoneType),
    "maximum": (int, float, NoneType),
    "formula": (str,),
    "kinds": (list, tuple),
    "unit": (Unit, NoneType),
    "required_from": (str,),
    "restricted": (bool,),
    "order": (int,),
}
# what decides whether a record is complete
_WEIGHS = frozenset({"kinds", "unit", "required_from"})


@action("field.define")
def define_field(
    *, acting_user: User | str, of: str, key: str, type_: str, label: str, **layout: Any
) -> FieldDefinition:
    """Add a field to every use case or model, or to those of some kinds or of a unit.

    Args:
        acting_user: who adds it.
        of: `use_case` or `model`.
        key: what imports, exports and the API call it, such as `cost_centre`.
        type_: one of text, number, boolean, date, choice, person, address, computed.
        label: what people read.
        layout: any of `help`, `choices` (of a choice), `minimum` and `maximum` (of a number), `formula`
            (CEL, of a computed field), `kinds`, `unit`, `required_from` (a stage), `restricted`, `order`.

    Raises:
        Denied: the person may not define fields.
        Invalid: something is wrong, or there is a field with this key.
    """
    policy("field").require(acting_user, "define")
    definition = FieldDefinition(of=of, key=key.strip(), type=type_)
    faults = {}
    if of not in {"use_case", "model"}:
        faults["of"] = "Choose use_case or model."
    if not _KEY.fullmatch(definition.key):
        faults["key"] = "Small letters, digits and underscores, such as cost_centre."
    elif FieldDefinition.objects.filter(of=of, key=definition.key, retired_at=None).exists():
        faults["key"] = f"There is a field {definition.key} already."
    if type_ not in dict(FIELD_TYPES):
        faults["type"] = f"Choose one of: {', '.join(dict(FIELD_TYPES))}."
    faults |= _arrange(definition, {"label": label, **layout})
    if faults:
        raise Invalid("The field cannot be defined so.", fields=faults)
    definition.save(force_insert=True)
    emit("field.defined", definition, of=of, key=definition.key, weighs=bool(definition.required_from))
    return definition


@action("field.edit")
def edit_field(
    *, acting_user: User | str, field: FieldDefinition, changes: Mapping[str, Any]
) -> FieldDefinition:
    """Change how a field is laid out; its key, its type and what it is of never change.

    Raises:
        Denied: the person may not define fields.
        Invalid: something is unknown or wrong.
        Conflict: the field is retired.
    """
    policy("field").require(acting_user, "define")
    found = _open(field)
    before = {name: getattr(found, name) for name in _LAYOUT}
    faults = _arrange(found, changes)
    if faults:
        raise Invalid("The field cannot be changed so.", fields=faults)
    changed = [name for name in _LAYOUT if getattr(found, name) != before[name]]
    if changed:
        found.save(update_fields=changed)
        weighs = bool(_WEIGHS.intersection(changed))
        emit("field.edited", found, of=found.of, key=found.key, weighs=weighs)
    return found


@action("field.retire")
def retire_field(*, acting_user: User | str, field: FieldDefinition) -> FieldDefinition:
    """Take a field out of use; what records said in it stays in the ledger.

    Raises:
        Denied: the person may not define fields.
        Conflict: the field is retired already.
    """
    policy("field").require(acting_user, "define")
    found = _open(field)
    found.retired_at = clock.now()
    found.save(update_fields=["retired_at"])
    emit("field.retired", found, of=found.of, key=found.key, weighs=bool(found.required_from))
    return found


@action("custom.set")
def set_custom(
    *, acting_user: User | str, subject: UseCase | Model, values: Mapping[str, Any], reason: str = ""
) -> UseCase | Model:
    """Say what custom fields hold for a use case or a model; None or an empty text takes a value away.

    Raises:
        Denied: the person may not edit it, or not read a restricted field among them.
        Invalid: a field does not apply here, is computed, or cannot have its value; `fields` names each.
    """
    del reason  # the decorator writes it to the ledger
    use_case = use_case_of(subject)
    policy("model" if isinstance(subject, Model) else "use_case").require(acting_user, "edit", subject)
    found = lock(subject)
    known = {definition.key: definition for definition in reads.fields_for(found)}
    _may_set(acting_user, found, values)
    kept, faults = dict(found.custom), {}
    for key, given in values.items():
        try:
            value = custom.read(known[key], given) if key in known else _unknown(known)
            if value is not None and known[key].type == "person":
                _active(value)
        except ValueError as error:
            faults[key] = str(error)
            continue
        if value is None:
            kept.pop(key, None)
        else:
            kept[key] = value
    if faults:
        raise Invalid(f"This cannot be kept: {' '.join(faults.values())}", fields=faults)
    if kept != found.custom:
        changed = sorted(k for k in values if kept.get(k) != found.custom.get(k))
        found.custom = kept
        found.save(update_fields=["custom"])
        standing.refresh([use_case.pk])
        emit("custom.set", found, use_case=use_case.pk, fields=changed)
    return found


def _may_set(acting_user: User | str, subject: UseCase | Model, values: Mapping[str, Any]) -> None:
    if isinstance(acting_user, str):
        return
    kept_back = reads.hidden(acting_user, subject).intersection(values)
    if kept_back:
        raise Denied(f"{acting_user.name} may not read or set: {', '.join(sorted(kept_back))}.")


def _unknown(known: Mapping[str, FieldDefinition]) -> Any:
    raise ValueError(f"There is no such field here; there are: {', '.join(known) or 'none'}.")


def _active(identifier: str) -> None:
    if not User.objects.filter(pk=identifier, is_active=True).exists():
        raise ValueError("Choose an active person.")


def _open(field: FieldDefinition) -> FieldDefinition:
    found = FieldDefinition.objects.select_for_update().get(pk=field.pk)
    if found.retired_at is not None:
        raise Conflict(f"The field {found.label} is retired since {found.retired_at:%-d %B %Y}.")
    return found


def _arrange(definition: FieldDefinition, layout: Mapping[str, Any]) -> dict[str, str]:
    """Set what is given and return what is wrong, by name."""
    faults = {
        name: f"A field has no {name}; it has: {', '.join(_LAYOUT)}."
        for name in layout
        if name not in _LAYOUT
    }
    for name, value in layout.items():
        if name in _LAYOUT and not isinstance(value, _LAYOUT[name]):
            faults[name] = f"This cannot be {str(value)[:40]!r}."
        elif name in _LAYOUT:
            setattr(definition, name, value.strip() if isinstance(value, str) else value)
    definition.choices = list(dict.fromkeys(str(c).strip() for c in definition.choices if str(c).strip()))
    definition.kinds = list(definition.kinds)
    if not definition.label or len(definition.label) > 80:
        faults["label"] = "Say in up to 80 characters what people read."
    if (definition.type == "choice") != bool(definition.choices):
        faults["choices"] = "A choice needs at least one; no other type has any."
    low, high = definition.minimum, definition.maximum
    if low is not None and high is not None and low > high:
        faults["maximum"] = f"At least {low:g}, the least."
    if unknown := set(definition.kinds) - set(dict(KINDS)):
        faults["kinds"] = f"There is no kind {', '.join(sorted(unknown))}."
    if definition.required_from and definition.required_from not in dict(STAGES):
        faults["required_from"] = f"Choose a stage: {', '.join(dict(STAGES))}."
    return faults | _formula_faults(definition)


def _formula_faults(definition: FieldDefinition) -> dict[str, str]:
    if definition.type != "computed":
        return {"formula": "Only a computed field has a formula."} if definition.formula else {}
    if definition.required_from:
        return {"required_from": "What is computed cannot be asked for."}
    try:
        custom.formula(definition.formula)
    except Invalid as problem:
        return {"formula": problem.detail}
    return {}
