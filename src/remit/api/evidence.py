"""Evidence about versions."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import Field

from remit.api import subjects
from remit.api.lists import Page, page
from remit.api.shapes import Given, Instant
from remit.evidence import actions, queries

router = Router()
_EVIDENCE = "/models/{reference}/versions/{number}/evidence"


class EvidenceOut(Schema):
    """A dated fact, bound to the version's digest and to its own."""

    reference: str
    kind: str
    title: str
    source: str
    producer: str
    content_digest: str
    sha256: str
    attachment_sha256: str
    values: dict[str, Any]
    rows: list[dict[str, Any]]
    produced_at: datetime
    expires_at: datetime | None


class EvidenceIn(Given):
    """What is to be known from now on: named values, metric rows, or both."""

    kind: str
    title: str = Field(min_length=1, max_length=200)
    source: Literal["test", "person", "connector"]
    values: dict[str, Any] = Field(default_factory=dict)
    rows: list[dict[str, Any]] = Field(default_factory=list)
    produced_at: Instant | None = None
    expires_at: Instant | None = None


class EvidencePage(Schema):
    """A page of evidence."""

    items: list[EvidenceOut]
    next: str | None


@router.get(_EVIDENCE, response=EvidencePage)
def list_evidence(request: HttpRequest, reference: str, number: str, asked: Query[Page]) -> Any:
    """List what is known of a version, the newest first."""
    version = subjects.version(request, reference, number)
    return page(queries.of_version(version), asked, by=("-produced_at", "-pk"))


@router.post(_EVIDENCE, response={201: EvidenceOut})
def add_evidence(request: HttpRequest, reference: str, number: str, given: EvidenceIn) -> Any:
    """Add evidence about exactly this version."""
    version = subjects.version(request, reference, number)
    added = actions.add_evidence(acting_user=request.user, version=version, **given.model_dump())
    return Status(201, added)
