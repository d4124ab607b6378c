"""Reads about edits and change requests: what a record says now, what is watched, what waits for whom."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from remit.inventory.models import ChangeRequest, Model, Standing, UseCase, Vendor
from remit.inventory.models.standing import NOW
from remit.inventory.rules import edits
from remit.kernel.problems import Unknown
from remit.people import queries as people
from remit.people.models import Unit, User
from remit.proof import canonical


def kind_of(subject: UseCase | Model) -> edits.Subject:
    """Return `use_case` or `model`."""
    return "model" if isinstance(subject, Model) else "use_case"


def plain(subject: UseCase | Model) -> dict[str, Any]:
    """Return every editable field of a use case or a model as it is, in JSON types."""
    return {name: _plain(subject, field) for name, field in edits.FIELDS[kind_of(subject)].items()}


def watched(subject: UseCase | Model) -> dict[str, str]:
    """Return the permission that reviews each field watched now.

    Nothing is watched on a use case in intake, nor on a model before one of its versions is ready.
    """
    if isinstance(subject, Model):
        settled = subject.versions.exclude(ready_at=None).exists()
    else:
        past_intake = Standing.objects.filter(NOW, use_case=subject).exclude(stage__in=("idea", "intake"))
        settled = past_intake.exists()
    return edits.watched(kind_of(subject)) if settled else {}


def change_digest(subject: UseCase | Model, changes: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the SHA-256 that an answer binds to: the subject, and its fields before and after."""
    bound = {name: {"before": c["before"], "after": c["after"]} for name, c in changes.items()}
    return canonical.digest({"subject": str(subject.pk), "changes": bound})


def change(reference: str) -> ChangeRequest:
    """Return a change request by reference, such as `CR-0001`.

    Raises:
        Unknown: there is none.
    """
    found = changes().filter(reference=reference.upper()).first()
    if found is None:
        raise Unknown(f"There is no change request {reference}.", remedy="Look it up on the Changes page.")
    return found


def changes(state: str = "") -> QuerySet[ChangeRequest]:
    """Return every change request, or those in a state, the newest first."""
    rows = ChangeRequest.objects.select_related(
        "use_case__owner", "use_case__unit", "model", "requested_by", "decided_by"
    ).order_by("-requested_at", "-reference")
    return rows.filter(state=state) if state else rows


def changes_of(subject: UseCase | Model) -> QuerySet[ChangeRequest]:
    """Return the change requests of a use case itself, or of a model, the newest first."""
    if isinstance(subject, Model):
        return changes().filter(model=subject)
    return changes().filter(use_case=subject, model=None)


def reviewers(change: ChangeRequest) -> str:
    """Return the permission that it takes to answer a change request; all its fields share it."""
    of = edits.watched("model" if change.model_id else "use_case")
    return of[next(iter(change.changes))]


def waiting_for(person: User) -> list[ChangeRequest]:
    """Return the change requests that this person may answer: others' that wait, in their units."""
    waiting = changes("waiting").exclude(requested_by=person).order_by("requested_at")
    return [
        c for c in waiting if people.may(person, reviewers(c), unit=c.use_case.unit, subject=c.use_case_id)
    ]


def outdated(change: ChangeRequest) -> bool:
    """Tell whether the record says something else now than when the change was asked for."""
    now = plain(change.model or change.use_case)
    return any(now[name] != row["before"] for name, row in change.changes.items())


def described(change: ChangeRequest) -> list[tuple[str, str, str]]:
    """Return the label of each field with what it said and would say, in words."""
    of: edits.Subject = "model" if change.model_id else "use_case"
    known = edits.FIELDS[of]
    names = _names(of, change.changes)
    return [
        (known[name].label, _say(row["before"], names), _say(row["after"], names))
        for name, row in change.changes.items()
    ]


def _plain(subject: UseCase | Model, field: edits.Editable) -> Any:
    if field.shape in {"person", "unit", "vendor"}:
        identifier = getattr(subject, f"{field.name}_id")
        return str(identifier) if identifier else ""
    value = getattr(subject, field.name)
    if field.shape == "amount":
        return f"{value:.2f}"
    return list(value) if field.shape == "list" else value


def _names(of: edits.Subject, rows: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Return the names of the people, units and vendors that the rows name by id."""
    tables = {"person": User, "unit": Unit, "vendor": Vendor}
    found: dict[str, str] = {}
    for name, row in rows.items():
        table = tables.get(edits.FIELDS[of][name].shape)
        ids = [UUID(value) for value in (row["before"], row["after"]) if table and value]
        if table and ids:
            found |= {str(r.pk): str(r) for r in table._default_manager.filter(pk__in=ids)}
    return found


def _say(value: Any, names: Mapping[str, str]) -> str:
    if value in ("", None, [], {}):
        return "Nothing said"
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, list):
        return ", ".join(value)
    if isinstance(value, dict):
        return canonical.encode(value).decode()
    return names.get(str(value), str(value))
