"""Discovery: what was seen at work that no entry covers, and what becomes of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import Field

from remit.api import subjects
from remit.api.lists import Page, page
from remit.api.shapes import Given, Kind, Line, Text
from remit.inventory import actions, queries

router = Router()
State = Literal["open", "matched", "registered", "dismissed"]


class SightingOut(Schema):
    """Something a connector or the gateway saw at work."""

    id: UUID
    source: str
    external_key: str
    name: str
    kind: str
    details: dict[str, Any]
    first_seen_at: datetime
    last_seen_at: datetime
    times_seen: int
    state: str
    model: str | None
    reason: str

    @staticmethod
    def resolve_model(row: Any) -> str | None:
        """Name the model it is, by reference."""
        return row.model.reference if row.model else None


class Sightings(Schema):
    """A page of sightings."""

    items: list[SightingOut]
    next: str | None


class SightingIn(Given):
    """Something that is at work; reporting it again counts it."""

    source: str = Field(min_length=1, max_length=60)
    external_key: str = Field(min_length=1, max_length=200)
    name: str = Field(min_length=1, max_length=200)
    kind: Literal["", Kind] = ""
    details: dict[str, Any] = Field(default_factory=dict)


class Reported(Schema):
    """The sighting; null where an entry covers it."""

    sighting: SightingOut | None


class SightingAnswer(Given):
    """What a sighting is: a model that is here, a new one, or none; `reopen` puts it back."""

    answer: Literal["dismiss", "link", "register", "reopen"]
    model: Line | None = Field(None, description="The model it is, by reference.")
    name: Line | None = Field(None, description="The name of the new model; the sighting's if omitted.")
    kind: Kind | None = Field(None, description="Of the new model; the sighting's if omitted.")
    use_case: Line | None = Field(None, description="Of the new model; a new one if omitted.")
    owner: Line | None = Field(None, description="Who answers for a new use case.")
    unit: Line | None = Field(None, description="The unit of a new use case.")
    reason: Text = ""


@router.get("/sightings", response=Sightings)
def list_sightings(request: HttpRequest, asked: Query[Page], state: State = "open") -> Any:
    """List sightings, those first seen last before."""
    return page(queries.sightings(request.user, state), asked, by=("-first_seen_at", "-pk"))


@router.post("/sightings", response={201: Reported})
def report_sighting(request: HttpRequest, given: SightingIn) -> Any:
    """Report that something is at work."""
    return Status(201, {"sighting": actions.sight(acting_user=request.user, **given.model_dump())})


@router.get("/sightings/{sighting_id}", response=SightingOut)
def get_sighting(request: HttpRequest, sighting_id: UUID) -> Any:
    """Show a sighting."""
    return queries.sighting(request.user, sighting_id)


@router.post("/sightings/{sighting_id}/answer", response=SightingOut)
def answer_sighting(request: HttpRequest, sighting_id: UUID, given: SightingAnswer) -> Any:
    """Say what a sighting is."""
    found = queries.sighting(request.user, sighting_id)
    how: dict[str, Any] = {"acting_user": request.user, "sighting": found, "reason": given.reason}
    if given.answer == "link":
        return actions.link_sighting(**how, model=subjects.model(request, given.model or ""))
    if given.answer == "register":
        return actions.register_sighting(
            **how,
            name=given.name or found.name,
            kind=given.kind or found.kind,
            use_case=subjects.use_case(request, given.use_case) if given.use_case else None,
            owner=subjects.person(given.owner) if given.owner else None,
            unit=subjects.unit(given.unit) if given.unit else None,
        )
    return (actions.dismiss_sighting if given.answer == "dismiss" else actions.reopen_sighting)(**how)
