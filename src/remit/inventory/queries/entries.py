"""Reads about use cases, models and versions."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from django.db.models import Q, QuerySet

from remit.inventory import artifacts
from remit.inventory.models import Model, UseCase, Version
from remit.kernel.problems import Unknown


def use_case(key: str) -> UseCase:
    """Return a use case by key (`mortgage-approval`) or reference (`UC-0001`).

    Raises:
        Unknown: there is none.
    """
    rows = UseCase.objects.select_related("owner", "unit")
    found = rows.filter(key=key).first() or rows.filter(reference=key.upper()).first()
    if found is None:
        raise Unknown(f"There is no use case {key}.", remedy="Look it up on the Models page.")
    return found


def use_cases_named(names: Sequence[str]) -> dict[str, UseCase]:
    """Return use cases by the key or reference that `names` gives for each; what there is not is left out."""
    upper = [name.upper() for name in names]
    known: dict[str, UseCase] = {}
    for found in use_cases().filter(Q(key__in=names) | Q(reference__in=upper)):
        known |= {found.reference: found, found.key: found}
    return {
        name: known.get(name) or known[name.upper()] for name in names if {name, name.upper()} & known.keys()
    }


def use_case_by_id(identifier: object) -> UseCase:
    """Return a use case by id.

    Raises:
        Unknown: there is none.
    """
    found = UseCase.objects.select_related("owner", "unit").filter(pk=identifier).first()
    if found is None:
        raise Unknown(f"There is no use case with the id {identifier}.")
    return found


def model(reference: str) -> Model:
    """Return a model by reference, such as `MDL-0001`.

    Raises:
        Unknown: there is none.
    """
    found = (
        Model.objects.select_related("use_case__owner", "use_case__unit")
        .filter(reference=reference.upper())
        .first()
    )
    if found is None:
        raise Unknown(f"There is no model {reference}.", remedy="Look it up on the Models page.")
    return found


def version(reference: str, number: str) -> Version:
    """Return a version by its model's reference and its number.

    Raises:
        Unknown: there is none.
    """
    found = _versions().filter(model__reference=reference.upper(), number=number).first()
    if found is None:
        raise Unknown(f"There is no version {number} of {reference}.")
    return found


def version_before(version: Version) -> Version | None:
    """Return the version that a version replaces, else the one registered before it; None for the first."""
    if version.replaces is not None:
        return version.replaces
    earlier = _versions().filter(model=version.model, registered_at__lt=version.registered_at)
    return earlier.order_by("-registered_at", "-pk").first()


def version_by_id(identifier: object) -> Version:
    """Return a version by id.

    Raises:
        Unknown: there is none.
    """
    found = _versions().filter(pk=identifier).first()
    if found is None:
        raise Unknown(f"There is no version with the id {identifier}.")
    return found


def use_cases() -> QuerySet[UseCase]:
    """Return every use case, by reference."""
    return UseCase.objects.select_related("owner", "unit").order_by("reference")


def models() -> QuerySet[Model]:
    """Return every model, by reference."""
    return Model.objects.select_related("use_case__owner", "use_case__unit").order_by("reference")


def versions_of(use_case: UseCase) -> QuerySet[Version]:
    """Return the versions of every model of a use case, the newest first."""
    return _versions().filter(model__use_case=use_case).order_by("-registered_at")


def any_version() -> bool:
    """Tell whether any version was ever registered."""
    return Version.objects.exists()


def check_artifacts(version: Version, *, elsewhere: bool = True) -> int:
    """Hash every file of a version again and return how many there are.

    Args:
        version: whose files.
        elsewhere: whether those that do not lie in the store are fetched and hashed too.

    Raises:
        Broken: a file is gone or has changed.
        Unavailable: the place of a file cannot be reached.
    """
    files = version.artifacts.order_by("name")
    for file in files:
        if file.location and not elsewhere:
            continue
        artifacts.check(file.name, file.sha256, file.location)
    return len(files)


def verified_artifacts(version: Version) -> dict[str, Path]:
    """Return the version's files by name, each hashed again; one that lies elsewhere is copied here.

    Raises:
        Broken: a file is gone or has changed.
        Unavailable: the place of a file cannot be reached.
    """
    return {
        a.name: artifacts.brought(a.name, a.sha256, a.location) for a in version.artifacts.order_by("name")
    }


def _versions() -> QuerySet[Version]:
    return Version.objects.select_related(
        "model__use_case__owner", "model__use_case__unit", "developer", "training_data", "replaces"
    )
