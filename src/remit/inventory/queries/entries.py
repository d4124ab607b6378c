"""Reads about use cases, models and versions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.db.models import Case, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

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


def listing() -> QuerySet[UseCase, dict[str, Any]]:
    """Return one row a model, and one a use case without any: who, where, tier, and the version that counts.

    The version that counts is the one in business, else the newest that is not retired. Rows are
    dictionaries in the order of unit, use case and model, for callers to filter and slice.
    """
    counted = (
        Version.objects.filter(model=OuterRef("models"))
        .annotate(
            rank=Case(
                When(stage__in=("in_business", "under_review"), then=0),
                When(stage__in=("retired", "archived"), then=2),
                default=1,
            )
        )
        .order_by("rank", "-registered_at")
    )
    before_version = Case(When(models=None, then=Value("intake")), default=Value("development"))
    return (
        UseCase.objects.annotate(
            version_id=Subquery(counted.values("pk")[:1]),
            version=Subquery(counted.values("number")[:1]),
            stage=Coalesce(Subquery(counted.values("stage")[:1]), before_version),
            model_reference=F("models__reference"),
            model=Coalesce(F("models__name"), Value("")),
            built_in=Coalesce(F("models__built_in"), Value("")),
            model_kind=Coalesce(F("models__kind"), F("kind")),
            unit_name=F("unit__name"),
            owner_name=F("owner__name"),
            owner_title=F("owner__title"),
        )
        .order_by("unit_name", "name", "model", "pk")
        .values(
            "pk", "reference", "key", "name", "tier", "regulations", "planned_value_a_year", "currency",
            "version_id", "version", "stage", "model_reference", "model", "built_in", "model_kind",
            "unit_id", "unit_name", "owner_id", "owner_name", "owner_title",
        )
    )  # fmt: skip


def matching(text: str) -> Q:
    """Return the filter of `listing()` for a text in a name, a reference, an owner or a regulation."""
    return (
        Q(name__icontains=text)
        | Q(model__icontains=text)
        | Q(reference__icontains=text)
        | Q(model_reference__icontains=text)
        | Q(owner_name__icontains=text)
        | Q(regulations__icontains=text)
    )


def verified_artifacts(version: Version) -> dict[str, Path]:
    """Return the version's files by name, each hashed again.

    Raises:
        Broken: a file is gone or has changed.
    """
    return {a.name: artifacts.verified(a.name, a.sha256) for a in version.artifacts.order_by("name")}


def _versions() -> QuerySet[Version]:
    return Version.objects.select_related(
        "model__use_case__owner", "model__use_case__unit", "developer", "training_data", "replaces"
    )
