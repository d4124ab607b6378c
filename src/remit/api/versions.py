"""Versions: immutable snapshots of models, with their files."""

from __future__ import annotations

import tempfile
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from ninja import File, Query, Router, Schema, Status, UploadedFile
from pydantic import Field

from remit.api import subjects
from remit.api.lists import Page, page
from remit.api.shapes import Given, Person, Text, located
from remit.evidence import queries as evidence
from remit.inventory import actions, queries
from remit.inventory.contract import ArtifactFile, RemoteFile
from remit.inventory.rules import difference
from remit.kernel.problems import Conflict
from remit.people.policies import policy

router = Router()


class ArtifactOut(Schema):
    """A file of a version, by digest."""

    name: str
    media_type: str
    sha256: str
    size: int
    location: str = Field(description="Where it lies; empty if it is kept in the store.")


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
    details: dict[str, Any]
    licence: str
    artifacts: list[ArtifactOut]

    @staticmethod
    def resolve_data_schema(row: Any) -> dict[str, Any]:
        """Return the columns; `schema` itself is a name that pydantic keeps."""
        return dict(row.schema)

    @staticmethod
    def resolve_artifacts(row: Any) -> list[Any]:
        """Return the files by name."""
        return list(row.artifacts.order_by("name"))


class Elsewhere(Given):
    """A file that stays where it is, bound by its digest."""

    location: str = Field(
        min_length=1,
        max_length=500,
        description="s3://bucket/key, git+https://host/repository@commit#path or oci://registry/name@sha256:...",
    )
    name: str = Field(min_length=1, max_length=200)
    media_type: str = Field("application/octet-stream", max_length=100)
    sha256: str = Field("", pattern="^([0-9a-f]{64})?$", description="The digest it must have, if known.")


class VersionIn(Given):
    """A version to register, beside the files that are sent along."""

    number: str = Field(min_length=1, max_length=20)
    summary: Text = ""
    data_schema: dict[str, Any] | None = Field(
        None, description="Columns with role, kind and range; read from the files that are sent if omitted."
    )
    code_reference: str = Field(min_length=1, max_length=200, description="Repository and commit, or digest.")
    decision_rule: dict[str, Any] = Field(default_factory=dict, description="From score to action.")
    intended_terms: dict[str, Any] = Field(default_factory=dict)
    environment: dict[str, Any] = Field(default_factory=dict, description="Packages and their versions.")
    details: dict[str, Any] = Field(default_factory=dict, description="What its kind asks of a version.")
    licence: str = Field("", max_length=200, description="An SPDX expression, or words.")
    replaces: str = Field("", max_length=20, description="The number of the version it replaces.")
    elsewhere: list[Elsewhere] = Field(default_factory=list, max_length=200)


class VersionEdit(Given):
    """What may be mended before a version is ready; it gets another digest."""

    data_schema: dict[str, Any] | None = None
    intended_terms: dict[str, Any] | None = None


class DifferenceOut(Schema):
    """One thing that differs, and whether the rules call it material; null where there was nothing."""

    rule: str
    label: str
    what: str
    was: Any
    now: Any
    material: bool
    because: str


class Compared(Schema):
    """What differs between two versions; the change is material as soon as one difference is."""

    since: str
    number: str
    material: bool
    differences: list[DifferenceOut]


class Versions(Schema):
    """A page of versions."""

    items: list[VersionOut]
    next: str | None


@router.get("/models/{reference}/versions", response=Versions)
def list_versions(request: HttpRequest, reference: str, asked: Query[Page]) -> Any:
    """List the versions of a model, the newest first."""
    model = subjects.model(request, reference)
    versions = queries.versions_of(model.use_case).filter(model=model)
    return page(versions, asked, by=("-registered_at", "-pk"))


@router.post("/models/{reference}/versions", response={201: VersionInFull})
def register_version(
    request: HttpRequest,
    response: HttpResponse,
    reference: str,
    version: VersionIn,
    files: Annotated[list[UploadedFile], File(default_factory=list)],
) -> Any:
    """Register an immutable version; `version` is a JSON document, `files` are sent along."""
    model = subjects.model(request, reference)
    asked = version.model_dump(exclude={"data_schema", "replaces", "elsewhere"})
    lying = [RemoteFile(**file.model_dump()) for file in version.elsewhere]
    with tempfile.TemporaryDirectory() as folder:
        sent = [_received(Path(folder) / str(n), file) for n, file in enumerate(files)]
        registered = actions.register_version(
            acting_user=request.user,
            model=model,
            **asked,
            schema=version.data_schema if version.data_schema is not None else _drafted(sent),
            replaces=subjects.version(request, reference, version.replaces) if version.replaces else None,
            files=[*sent, *lying],
        )
    located(response, f"models/{model.reference}/versions/{registered.number}")
    return Status(201, registered)


@router.get("/models/{reference}/versions/{number}", response=VersionInFull)
def get_version(request: HttpRequest, reference: str, number: str) -> Any:
    """Show a version with its schema, decision rule and files."""
    return subjects.version(request, reference, number)


@router.patch("/models/{reference}/versions/{number}", response=VersionInFull)
def edit_version(request: HttpRequest, reference: str, number: str, given: VersionEdit) -> Any:
    """Mend the schema or the proposed terms of a version that is not ready yet."""
    version = subjects.version(request, reference, number)
    policy("version").require(request.user, "register", version)
    with transaction.atomic():
        if given.data_schema is not None:
            version = actions.edit_schema(acting_user=request.user, version=version, schema=given.data_schema)
        if given.intended_terms is not None:
            version = actions.edit_terms(
                acting_user=request.user, version=version, intended_terms=given.intended_terms
            )
    return version


@router.get("/models/{reference}/versions/{number}/difference", response=Compared)
def compare_versions(
    request: HttpRequest,
    reference: str,
    number: str,
    since: str = Query(
        "", max_length=20, description="The version it replaces, or the one before, if omitted."
    ),
) -> Any:
    """Say what differs since another version of the model, and whether that is material."""
    now = subjects.version(request, reference, number)
    was = subjects.version(request, reference, since) if since else queries.version_before(now)
    if was is None:
        raise Conflict(f"{now} is the first version of its model.", remedy="Name another one in `since`.")
    found = evidence.compared(was, now)
    return {
        "since": was.number,
        "number": now.number,
        "material": difference.material(found),
        "differences": found,
    }


@router.post("/models/{reference}/versions/{number}/ready", response=VersionInFull)
def declare_ready(request: HttpRequest, reference: str, number: str) -> Any:
    """Declare a version model-ready: from here its content may not change."""
    version = subjects.version(request, reference, number)
    return actions.declare_ready(acting_user=request.user, version=version)


def _received(place: Path, file: UploadedFile) -> ArtifactFile:
    with place.open("wb") as target:
        for chunk in file.chunks():
            target.write(chunk)
    return ArtifactFile(place, file.name or "", file.content_type or "application/octet-stream")


def _drafted(sent: list[ArtifactFile]) -> dict[str, Any]:
    # reading formats takes libraries that nothing else here needs
    from remit.inventory import inference

    return inference.draft((file.name, file.path) for file in sent).schema.as_dict()
