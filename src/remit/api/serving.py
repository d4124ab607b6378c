"""Decisions and their outcomes."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import Field

from remit.api import subjects
from remit.api.lists import Page, cut, opened
from remit.api.shapes import Day, Given
from remit.kernel.problems import Invalid
from remit.serving import actions, queries
from remit.serving.contract import DecisionFilter

router = Router()
Outcome = Literal["", "approve", "refer", "decline", "refused"]
VariantName = Literal["", "champion", "challenger", "control"]


class DecisionOut(Schema):
    """A decision, or a refusal with its clause, as the gateway recorded it."""

    decision_id: UUID
    use_case: str
    status: Literal["decided", "refused"]
    action: str
    clause: str
    detail: str
    decided_by: str
    score: float | None
    remit: str
    version: str
    variant: str
    consumer: str
    purpose: str
    channel: str
    subject: str
    occurred_at: datetime
    recorded_at: datetime
    clock: Literal["machine", "injected"]
    total_us: int


class DecisionInFull(DecisionOut):
    """A decision with what went in, how its variant was drawn, and the outcome if it is known."""

    features: dict[str, Any]
    context: dict[str, Any]
    shadow: dict[str, float]
    assigned: str
    draw: float | None
    propensity: float | None
    bundle_sequence: int
    checked_us: int
    scored_us: int
    label: str | None


class Decisions(Schema):
    """A page of decisions."""

    items: list[DecisionOut]
    next: str | None


class DecisionsAsked(Page):
    """Which decisions. `text` is an id or part of a subject."""

    use_case: str = ""
    text: str = Field("", max_length=120)
    outcome: Outcome = ""
    variant: VariantName = ""
    day: Day | None = None


class OutcomeIn(Given):
    """What became of a decision."""

    decision_id: UUID
    label: str = Field(min_length=1, max_length=120)


class Recorded(Schema):
    """How many outcomes were kept, and in which sealed files."""

    rows: int
    files: list[str]


@router.get("/decisions", response=Decisions)
def list_decisions(request: HttpRequest, asked: Query[DecisionsAsked]) -> Any:
    """List decisions and refusals that you may read, the newest first."""
    chosen = DecisionFilter(asked.text, asked.outcome, asked.variant, asked.day)
    before = opened(asked.cursor, UUID)[0] if asked.cursor else None
    rows = queries.decisions(
        request.user, chosen, use_case=asked.use_case, before=before, limit=asked.limit + 1
    )
    return cut(rows, asked.limit, lambda row: [row["decision_id"]])


@router.get("/decisions/{decision_id}", response=DecisionInFull)
def get_decision(request: HttpRequest, decision_id: UUID) -> Any:
    """Show a decision with its inputs."""
    _, row = queries.find_decision(request.user, decision_id)
    return row | {name: json.loads(row[name]) for name in ("features", "context", "shadow")}


@router.post("/use-cases/{key}/outcomes", response={201: Recorded})
def record_outcomes(request: HttpRequest, key: str, given: list[OutcomeIn]) -> Any:
    """Record what became of decisions; a later outcome of the same decision replaces an earlier one."""
    if not given:
        raise Invalid("There is no outcome in the list.", fields={"given": "Give at least one."})
    files = actions.record_outcomes(
        acting_user=request.user,
        use_case=subjects.use_case(request, key),
        outcomes=[outcome.model_dump() for outcome in given],
    )
    return Status(201, {"rows": len(given), "files": [file.path for file in files]})
