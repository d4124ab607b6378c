"""Relations: how models stand to each other, and what depends on what."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema, Status
from pydantic import Field

from remit.api import subjects
from remit.api.model import Then
from remit.api.shapes import Given, Instant, Line, located
from remit.inventory import actions, queries
from remit.people.policies import policy

router = Router()
RelationKind = Literal["uses", "feeds", "derived_from", "replaces", "part_of", "challenger_of"]


class RelationOut(Schema):
    """`source` uses, feeds, derives from, replaces, is part of or challenges `target`, for a time."""

    id: UUID
    source: str
    kind: str
    target: str
    note: str
    valid_from: datetime
    valid_to: datetime | None

    @staticmethod
    def resolve_source(row: Any) -> str:
        """Name the model by its reference."""
        return str(row.source.reference)

    @staticmethod
    def resolve_target(row: Any) -> str:
        """Name the model by its reference."""
        return str(row.target.reference)


class RelationIn(Given):
    """What the model of the address is to `target`."""

    kind: RelationKind
    target: Line = Field(description="The other model's reference.")
    note: str = Field("", max_length=300)
    valid_from: Instant | None = Field(None, description="Since when; now if omitted.")


class DependentOut(Schema):
    """A model that depends on another, and over how many relations at least."""

    reference: str
    name: str
    steps: int


class Relations(Schema):
    """The relations of a model; there are few, so they come whole."""

    relations: list[RelationOut]


class Impact(Schema):
    """What depends on a model, directly or through others, the nearest first."""

    dependents: list[DependentOut]
    weakest_tier: str = Field(description="The most severe tier of the model and its parts.")


@router.get("/models/{reference}/relations", response=Relations)
def list_relations(request: HttpRequest, reference: str, asked: Query[Then]) -> Any:
    """List the relations of a model, its own before those of others to it."""
    model = subjects.model(request, reference)
    found = queries.relations_of(model, at=asked.at)
    may = policy("model").may
    return {"relations": [each.relation for each in found if may(request.user, "read", each.other)]}


@router.post("/models/{reference}/relations", response={201: RelationOut})
def relate(request: HttpRequest, response: HttpResponse, reference: str, given: RelationIn) -> Any:
    """Say what a model is to another one."""
    made = actions.relate(
        acting_user=request.user,
        source=subjects.model(request, reference),
        target=subjects.model(request, given.target),
        kind=given.kind,
        note=given.note,
        valid_from=given.valid_from,
    )
    located(response, f"relations/{made.pk}")
    return Status(201, made)


@router.get("/relations/{relation_id}", response=RelationOut)
def get_relation(request: HttpRequest, relation_id: UUID) -> Any:
    """Show a relation."""
    return _relation(request, relation_id)


@router.post("/relations/{relation_id}/end", response=RelationOut)
def end_relation(request: HttpRequest, relation_id: UUID) -> Any:
    """Say that a relation is over from now on."""
    return actions.end_relation(acting_user=request.user, relation=_relation(request, relation_id))


@router.get("/models/{reference}/impact", response=Impact)
def get_impact(request: HttpRequest, reference: str, asked: Query[Then]) -> Any:
    """Say what depends on a model, as far as you may see it."""
    model = subjects.model(request, reference)
    may = policy("model").may
    found = [d for d in queries.impact_of(model, at=asked.at) if may(request.user, "read", d.model)]
    return {
        "dependents": [
            {"reference": d.model.reference, "name": d.model.name, "steps": d.steps} for d in found
        ],
        "weakest_tier": queries.weakest_tier(model, at=asked.at),
    }


def _relation(request: HttpRequest, identifier: UUID) -> Any:
    found = queries.relation(identifier)
    policy("relation").seen(request.user, found)
    return found
