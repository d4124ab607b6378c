"""Attestations: owners sign what the record of their use cases says."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema, Status
from pydantic import Field

from remit.api.lists import Page, page
from remit.api.shapes import Given, Instant, Line, Person, Text, located
from remit.evidence import actions, queries
from remit.people.policies import policy

router = Router()


class CampaignOut(Schema):
    """Whoever owns a use case of the population attests its record within a period."""

    reference: str
    name: str
    statement: str
    population: str
    opens_at: datetime
    due_at: datetime
    every_months: int | None
    remind_days: list[int]
    opened_by: Person | None
    closed_at: datetime | None
    asked: int
    attested: int
    disputed: int


class Campaigns(Schema):
    """A page of campaigns."""

    items: list[CampaignOut]
    next: str | None


class CampaignIn(Given):
    """A campaign to open; the population is a query string of `GET /models`."""

    name: Line
    statement: str = Field(min_length=1, max_length=4000, description="What the owner signs.")
    due_at: Instant
    population: str = Field("", max_length=1000)
    remind_days: list[int] = Field(default_factory=lambda: [14, 3], max_length=10)
    every_months: int | None = Field(None, ge=1, le=60)


class AttestationOut(Schema):
    """What one owner is asked, and what they answered."""

    id: UUID
    use_case: str
    owner: Person
    state: str
    signed_by: Person | None
    signed_at: datetime | None
    signed_digest: str
    comment: str

    @staticmethod
    def resolve_use_case(row: Any) -> str:
        """Name the use case by its key."""
        return str(row.use_case.key)


class AttestationInFull(AttestationOut):
    """An attestation with the record as it is now, and the digest to sign it by."""

    record: dict[str, Any]
    digest: str
    envelope: dict[str, Any] = Field(description="The DSSE envelope of what was signed.")

    @staticmethod
    def resolve_record(row: Any) -> dict[str, Any]:
        """Return what the record says now."""
        return queries.record_now(row.use_case)

    @staticmethod
    def resolve_digest(row: Any) -> str:
        """Return the digest of what it says now."""
        return queries.digest(queries.record_now(row.use_case))


class Attestations(Schema):
    """A page of attestations."""

    items: list[AttestationOut]
    next: str | None


class AttestationAnswer(Given):
    """Attest or dispute the record with this digest."""

    answer: Literal["attest", "dispute"]
    digest: str = Field(pattern="^[0-9a-f]{64}$")
    comment: Text = ""


@router.get("/attestation-campaigns", response=Campaigns)
def list_campaigns(request: HttpRequest, asked: Query[Page]) -> Any:
    """List campaigns, the latest first."""
    policy("attestation").require(request.user, "read")
    return page(queries.campaigns(), asked, by=("-opens_at", "-pk"))


@router.post("/attestation-campaigns", response={201: CampaignOut})
def open_campaign(request: HttpRequest, response: HttpResponse, given: CampaignIn) -> Any:
    """Ask the owner of every use case of a population to attest its record by a day."""
    opened = actions.open_campaign(acting_user=request.user, **given.model_dump())
    located(response, f"attestation-campaigns/{opened.reference}")
    return Status(201, queries.campaign(opened.reference))


@router.get("/attestation-campaigns/{reference}", response=CampaignOut)
def get_campaign(request: HttpRequest, reference: str) -> Any:
    """Show a campaign and how far it has come."""
    policy("attestation").require(request.user, "read")
    return queries.campaign(reference)


@router.get("/attestation-campaigns/{reference}/attestations", response=Attestations)
def list_attestations(request: HttpRequest, reference: str, asked: Query[Page]) -> Any:
    """List what a campaign asks, as far as you may see it."""
    policy("attestation").require(request.user, "read")
    found = queries.attestations_of(queries.campaign(reference))
    return page(policy("attestation").visible(request.user, found), asked, by=("use_case__key", "pk"))


@router.get("/attestation-campaigns/{reference}/attestations/{identifier}", response=AttestationInFull)
def get_attestation(request: HttpRequest, reference: str, identifier: UUID) -> Any:
    """Show what one owner is asked, with the record as it is now."""
    return _attestation(request, reference, identifier)


@router.post("/attestation-campaigns/{reference}/attestations/{identifier}", response=AttestationOut)
def answer_attestation(
    request: HttpRequest, reference: str, identifier: UUID, given: AttestationAnswer
) -> Any:
    """Attest what the record says now, or say that it is wrong."""
    answering = actions.sign if given.answer == "attest" else actions.dispute
    return answering(
        acting_user=request.user,
        attestation=_attestation(request, reference, identifier),
        digest=given.digest,
        comment=given.comment,
    )


def _attestation(request: HttpRequest, reference: str, identifier: UUID) -> Any:
    found = queries.attestation(identifier, campaign=reference)
    policy("attestation").seen(request.user, found)
    return found
