"""Units of the organisation: a tree, each with a head."""

from __future__ import annotations

from typing import Any

from remit.kernel.problems import Conflict, Invalid
from remit.ledger.capture import action, emit
from remit.people import queries
from remit.people.models import Unit, User


@action("people.create_unit")
def create_unit(
    *, acting_user: User | str, name: str, parent: Unit | None = None, head: User | None = None
) -> Unit:
    """Add a unit, under another one if given.

    Raises:
        Denied: the acting person may not shape the organisation there.
        Invalid: the name is empty or taken, or the head is not active.
    """
    queries.require_reach(acting_user, "people.organise", parent)
    unit = Unit(parent=parent)
    _put(unit, {"name": name, "head": head})
    unit.save()
    queries.forget()
    emit("unit.created", unit, name=unit.name)
    return unit


@action("people.change_unit")
def change_unit(
    *,
    acting_user: User | str,
    unit: Unit,
    name: str,
    parent: Unit | None,
    head: User | None,
    reason: str = "",
) -> Unit:
    """Rename a unit, move it under another one (None: to the top), or give it a head.

    Raises:
        Denied: the acting person may not shape the organisation here, or where it moves to.
        Invalid: the name is empty or taken, or the head is not active.
        Conflict: it would come to stand under itself.
    """
    queries.require_reach(acting_user, "people.organise", unit)
    before = {"name": unit.name, "parent": unit.parent_id, "head": unit.head_id}
    if parent is not None and parent.pk in queries.subtree(unit):
        raise Conflict(
            f"{parent.name} is {unit.name} itself or under it.", remedy="Choose a unit outside of it."
        )
    if (parent.pk if parent else None) != unit.parent_id:
        queries.require_reach(acting_user, "people.organise", parent)
        unit.parent = parent
    _put(unit, {"name": name, "head": head})
    after = {"name": unit.name, "parent": unit.parent_id, "head": unit.head_id}
    if before != after:
        unit.save(update_fields=["name", "parent", "head"])
        queries.forget()
        emit("unit.changed", unit, before=before, after=after, reason=reason)
    return unit


def _put(unit: Unit, given: dict[str, Any]) -> None:
    name, head = given["name"].strip(), given["head"]
    fields: dict[str, str] = {}
    if not name:
        fields["name"] = "Name the unit."
    elif Unit.objects.filter(name__iexact=name).exclude(pk=unit.pk).exists():
        fields["name"] = f"There is already a unit named {name}."
    if head is not None and not head.is_active and head.pk != unit.head_id:
        fields["head"] = f"{head.name} does not work here any more."
    if fields:
        raise Invalid(" ".join(fields.values()), fields=fields)
    unit.name, unit.head = name, head
