"""Editing what nobody watches; the rest is asked for in `changes`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from django.db.models import QuerySet

from remit.inventory import standing
from remit.inventory.models import Model, UseCase, Vendor
from remit.inventory.queries import change_requests as reads
from remit.inventory.rules import edits
from remit.kernel import clock
from remit.kernel.problems import Conflict, Invalid
from remit.ledger.capture import action, emit
from remit.people import queries as people
from remit.people.models import Unit, User
from remit.people.policies import policy

Subject = TypeVar("Subject", UseCase, Model)


@action("use_case.edit")
def edit_use_case(
    *, acting_user: User | str, use_case: UseCase, changes: Mapping[str, Any], reason: str = ""
) -> UseCase:
    """Change fields of a use case that nobody has to review.

    Args:
        acting_user: who edits.
        use_case: what is edited.
        changes: new values by field; those of `rules.edits.FIELDS`.
        reason: why; kept in the ledger.

    Raises:
        Denied: the person may not edit use cases in this unit.
        Invalid: a field is unknown or wrong.
        Conflict: a field is watched now; its change must be asked for.
    """
    del reason  # the decorator writes it to the ledger
    return _edit(acting_user, use_case, changes)


@action("model.edit")
def edit_model(
    *, acting_user: User | str, model: Model, changes: Mapping[str, Any], reason: str = ""
) -> Model:
    """Change fields of a model that nobody has to review.

    Raises:
        Denied: the person may not edit models in this unit.
        Invalid: a field is unknown or wrong, such as a detail that its kind does not know.
        Conflict: a field is watched now; its change must be asked for.
    """
    del reason  # the decorator writes it to the ledger
    return _edit(acting_user, model, changes)


def lock(subject: Subject) -> Subject:
    """Return the row as it is now, locked until the action ends: a difference is taken from one state."""
    rows: Any = type(subject).objects.select_for_update(of=("self",))
    related = "use_case__unit" if isinstance(subject, Model) else "unit"
    found: Subject = rows.select_related(related).get(pk=subject.pk)
    return found


def cleaned(subject: UseCase | Model, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the changes as the record keeps them, without those that change nothing.

    Raises:
        Invalid: a field is unknown or wrong, or names a person, unit or vendor that is not there.
    """
    of = reads.kind_of(subject)
    clean = edits.cleaned(of, reads.plain(subject), changes, kind=subject.kind)
    fields = {}
    for name, value in clean.items():
        rows, message = _CHOICES.get(edits.FIELDS[of][name].shape, (None, ""))
        if rows is not None and value and not rows().filter(pk=value).exists():
            fields[name] = message
    if "owner" in clean and "owner" not in fields:
        fields |= _fit_to_own(subject, clean)
    if isinstance(subject, Model) and "name" in clean:
        others = subject.use_case.models.exclude(pk=subject.pk)
        if others.filter(name__iexact=clean["name"]).exists():
            fields["name"] = f"{subject.use_case} has a model named {clean['name']} already."
    if fields:
        raise Invalid(f"This cannot be changed so: {' '.join(fields.values())}", fields=fields)
    return clean


def write(subject: UseCase | Model, clean: Mapping[str, Any]) -> None:
    """Write cleaned changes, refresh the standing, and outdate what was asked for on another state."""
    if not clean:
        return
    of = reads.kind_of(subject)
    columns = []
    for name, value in clean.items():
        linked = edits.FIELDS[of][name].shape in {"person", "unit", "vendor"}
        setattr(subject, f"{name}_id" if linked else name, (value or None) if linked else value)
        columns.append(name)
    subject.save(update_fields=columns)
    subject.refresh_from_db()
    use_case = use_case_of(subject)
    for asked in reads.changes_of(subject).filter(state="waiting", changes__has_any_keys=list(clean)):
        if reads.outdated(asked):
            asked.state, asked.decided_at = "outdated", clock.now()
            asked.save(update_fields=["state", "decided_at"])
            emit("change.outdated", asked, use_case=use_case.pk)
    standing.refresh([use_case.pk])
    emit(f"{of}.edited", subject, use_case=use_case.pk, fields=sorted(clean))


def use_case_of(subject: UseCase | Model) -> UseCase:
    """Return the use case that a subject is or belongs to."""
    return subject.use_case if isinstance(subject, Model) else subject


def _edit(acting_user: User | str, subject: Subject, changes: Mapping[str, Any]) -> Subject:
    of = reads.kind_of(subject)
    policy(of).require(acting_user, "edit", subject)
    locked = lock(subject)
    clean = cleaned(locked, changes)
    watched = reads.watched(locked)
    guarded = [edits.FIELDS[of][name].label for name in clean if name in watched]
    if guarded:
        raise Conflict(
            f"{', '.join(guarded)} of {locked} cannot be changed by one person alone.",
            remedy="Ask for the change; who reviews it sees the difference and answers.",
        )
    write(locked, clean)
    return locked


def _fit_to_own(subject: UseCase | Model, clean: Mapping[str, Any]) -> dict[str, str]:
    """Say what keeps a person from owning a use case in its unit, or in the one that it moves to."""
    use_case = use_case_of(subject)
    unit = Unit.objects.filter(pk=clean.get("unit", use_case.unit_id)).first()
    owner = User.objects.get(pk=clean["owner"])
    if unit is None or "model_owner" in people.roles_of(owner, unit=unit, subject=use_case.pk):
        return {}
    return {"owner": f"{owner.name} does not hold the role Model owner in {unit.name}."}


_CHOICES: dict[str, tuple[Callable[[], QuerySet[Any]], str]] = {
    "person": (lambda: User.objects.filter(is_active=True, kind="person"), "Choose an active person."),
    "unit": (Unit.objects.all, "Choose a unit that is there."),
    "vendor": (Vendor.objects.all, "Choose a vendor that is there."),
}
