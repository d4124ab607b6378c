"""What the edits of use cases and models share: fields by name, custom fields, people and units by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.db import transaction
from django.http import HttpRequest

from remit.api import subjects
from remit.api.shapes import Given
from remit.inventory import actions, queries
from remit.kernel.problems import Invalid

_BY_NAME: dict[str, Callable[[str], Any]] = {
    "owner": subjects.person,
    "unit": subjects.unit,
    "vendor": lambda given: subjects.vendor(given) if given else "",
}


def given(edit: Given) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """Return the fields that are to change, and the custom fields, if any.

    Raises:
        Invalid: a field that cannot be empty is null, or a person, unit or vendor is not there.
    """
    changes = edit.model_dump(exclude_unset=True, exclude={"reason", "custom"})
    empty = {
        name: "This cannot be null; leave it out to keep it." for name in changes if changes[name] is None
    }
    custom = getattr(edit, "custom", None)
    if empty:
        raise Invalid("A field cannot be null.", fields=empty)
    if not changes and not custom:
        raise Invalid("There is nothing to change.", remedy="Name at least one field.")
    return named(changes), custom


def named(changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return changes with the people, units and vendors that they name by e-mail address, name or id.

    Raises:
        Invalid: one is not there.
    """
    return {
        name: str(value) if name == "planned_value_a_year" else _BY_NAME.get(name, _as_is)(value)
        for name, value in changes.items()
    }


def apply(
    request: HttpRequest,
    subject: Any,
    changes: Mapping[str, Any],
    custom: Mapping[str, Any] | None,
    *,
    reason: str,
    edit: Callable[..., Any],
) -> Any:
    """Do an edit and the setting of custom fields, both or neither, and return the subject as it is then."""
    with transaction.atomic():
        if changes:
            subject = edit(acting_user=request.user, changes=changes, reason=reason)
        if custom:
            subject = actions.set_custom(
                acting_user=request.user, subject=subject, values=custom, reason=reason
            )
    return subject


def custom_of(request: HttpRequest, subject: Any) -> dict[str, Any]:
    """Return what the custom fields of a use case or model say, as far as who asks may read it."""
    if not subject.custom and not queries.fields().exists():
        return {}
    hidden = queries.hidden(request.user, subject)
    return {said.field.key: said.value for said in queries.custom_of(subject, hidden=hidden)}


def _as_is(value: Any) -> Any:
    return value
