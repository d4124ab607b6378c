"""Use cases, models and versions."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router, Schema

from remit.api import subjects
from remit.api.lists import Page, page
from remit.api.shapes import Person
from remit.inventory import queries
from remit.people.policies import policy

router = Router()


class UseCaseOut(Schema):
    """A decision to be made or supported, and what it should be worth."""

    reference: str
    key: str
    name: str
    decision: str
    purpose: str
    population: str
    value_hypothesis: str
    planned_value_a_year: Decimal
    currency: str
    alternative: str
    owner: Person
    unit: str
    jurisdictions: list[str]
    regulations: list[str]
    affects_people: bool
    kind: str
    tier: str
    filed_at: datetime

    @staticmethod
    def resolve_unit(row: Any) -> str:
        """Name the unit."""
        return str(row.unit.name)


class ModelOut(Schema):
    """A way of making the decision of a use case."""

    reference: str
    name: str
    use_case: str
    kind: str
    description: str
    built_in: str
    registered_at: datetime

    @staticmethod
    def resolve_use_case(row: Any) -> str:
        """Name the use case by its key."""
        return str(row.use_case.key)


class ArtifactOut(Schema):
    """A file of a version, by digest."""

    name: str
    media_type: str
    sha256: str
    size: int


class VersionOut(Schema):
    """An immutable snapshot of a model."""

    id: UUID
    model: str
    number: str
    summary: str
    stage: str
    developer: Person
    content_digest: str
    code_reference: str
    registered_at: datetime
    ready_at: datetime | None
    in_business_at: datetime | None
    retired_at: datetime | None

    @staticmethod
    def resolve_model(row: Any) -> str:
        """Name the model by its reference."""
        return str(row.model.reference)


class VersionInFull(VersionOut):
    """A version with its contract: what goes in, what its score leads to, and its files."""

    data_schema: dict[str, Any]
    decision_rule: dict[str, Any]
    intended_terms: dict[str, Any]
    environment: dict[str, Any]
    artifacts: list[ArtifactOut]

    @staticmethod
    def resolve_data_schema(row: Any) -> dict[str, Any]:
        """Return the columns; `schema` itself is a name that pydantic keeps."""
        return dict(row.schema)

    @staticmethod
    def resolve_artifacts(row: Any) -> list[Any]:
        """Return the files by name."""
        return list(row.artifacts.order_by("name"))


class UseCases(Schema):
    """A page of use cases."""

    items: list[UseCaseOut]
    next: str | None


class Models(Schema):
    """A page of models."""

    items: list[ModelOut]
    next: str | None


class Versions(Schema):
    """A page of versions."""

    items: list[VersionOut]
    next: str | None


@router.get("/use-cases", response=UseCases)
def list_use_cases(request: HttpRequest, asked: Query[Page]) -> Any:
    """List use cases, by reference."""
    visible = policy("use_case").visible(request.user, queries.use_cases())
    return page(visible, asked, by=("reference", "pk"))


@router.get("/use-cases/{key}", response=UseCaseOut)
def get_use_case(request: HttpRequest, key: str) -> Any:
    """Show a use case, by key or by reference."""
    return subjects.use_case(request, key)


@router.get("/models", response=Models)
def list_models(request: HttpRequest, asked: Query[Page], use_case: str = "") -> Any:
    """List models, by reference; those of one use case when its key is given."""
    found = policy("model").visible(request.user, queries.models())
    if use_case:
        found = found.filter(use_case=subjects.use_case(request, use_case))
    return page(found, asked, by=("reference", "pk"))


@router.get("/models/{reference}", response=ModelOut)
def get_model(request: HttpRequest, reference: str) -> Any:
    """Show a model."""
    return subjects.model(request, reference)


@router.get("/models/{reference}/versions", response=Versions)
def list_versions(request: HttpRequest, reference: str, asked: Query[Page]) -> Any:
    """List the versions of a model, the newest first."""
    model = subjects.model(request, reference)
    versions = queries.versions_of(model.use_case).filter(model=model)
    return page(versions, asked, by=("-registered_at", "-pk"))


@router.get("/models/{reference}/versions/{number}", response=VersionInFull)
def get_version(request: HttpRequest, reference: str, number: str) -> Any:
    """Show a version with its schema, decision rule and files."""
    return subjects.version(request, reference, number)
