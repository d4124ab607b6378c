"""Use cases: what is to be decided, for whom, and who answers for it."""

from __future__ import annotations

import functools
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema, Status
from pydantic import Field

from remit.api import edits, subjects
from remit.api.lists import Page, page
from remit.api.shapes import Amount, Given, Kind, Labels, Line, Person, Text, located
from remit.inventory import actions, queries
from remit.inventory.contract import Intake
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


class UseCaseInFull(UseCaseOut):
    """A use case with what its custom fields say."""

    custom: dict[str, Any]

    @staticmethod
    def resolve_custom(row: Any, context: Any) -> dict[str, Any]:
        """Return what the custom fields say, as far as who asks may read it."""
        return edits.custom_of(context["request"], row)


class UseCases(Schema):
    """A page of use cases."""

    items: list[UseCaseOut]
    next: str | None


class UseCaseIn(Given):
    """The intake form; who sends it owns the use case. `unit` is a unit's name or id."""

    name: Line
    unit: Line
    decision: Text
    purpose: Line = Field(description="In lower case with hyphens, such as home-loan-origination.")
    population: Text
    value_hypothesis: Text
    planned_value_a_year: Amount
    alternative: Text
    kind: Kind = "ml"
    currency: str = Field("USD", pattern="^[A-Z]{3}$")
    jurisdictions: Labels = Field(default_factory=list)
    regulations: Labels = Field(default_factory=list)
    affects_people: bool = True


class UseCaseEdit(Given):
    """Fields to change, each as in the intake form; `owner` is a person's e-mail address or id."""

    name: Line | None = None
    owner: Line | None = None
    unit: Line | None = None
    decision: Text | None = None
    purpose: Line | None = None
    population: Text | None = None
    value_hypothesis: Text | None = None
    planned_value_a_year: Amount | None = None
    alternative: Text | None = None
    currency: str | None = Field(None, pattern="^[A-Z]{3}$")
    jurisdictions: Labels | None = None
    regulations: Labels | None = None
    affects_people: bool | None = None
    custom: dict[str, Any] | None = Field(None, description="Custom fields by key; null takes a value away.")
    reason: Text = Field("", description="Why; it is kept in the ledger.")


@router.get("/use-cases", response=UseCases)
def list_use_cases(
    request: HttpRequest, asked: Query[Page], tier: Literal["", "T1", "T2", "T3", "T4"] = ""
) -> Any:
    """List use cases, by reference."""
    visible = policy("use_case").visible(request.user, queries.use_cases())
    return page(visible.filter(tier=tier) if tier else visible, asked, by=("reference", "pk"))


@router.post("/use-cases", response={201: UseCaseInFull})
def file_use_case(request: HttpRequest, response: HttpResponse, given: UseCaseIn) -> Any:
    """File an intake form: an idea becomes a use case."""
    form = given.model_dump(exclude={"unit"})
    form |= {name: tuple(form[name]) for name in ("jurisdictions", "regulations")}
    filed = actions.file_use_case(
        acting_user=request.user,
        form=Intake(**form | {"planned_value_a_year": str(given.planned_value_a_year)}),
        unit=subjects.unit(given.unit),
    )
    located(response, f"use-cases/{filed.key}")
    return Status(201, filed)


@router.get("/use-cases/{key}", response=UseCaseInFull)
def get_use_case(request: HttpRequest, key: str) -> Any:
    """Show a use case, by key or by reference."""
    return subjects.use_case(request, key)


@router.patch("/use-cases/{key}", response=UseCaseInFull)
def edit_use_case(request: HttpRequest, key: str, given: UseCaseEdit) -> Any:
    """Change fields that nobody has to review; for watched ones ask with a change request (409)."""
    found = subjects.use_case(request, key)
    changes, custom = edits.given(given)
    return edits.apply(
        request,
        found,
        changes,
        custom,
        reason=given.reason,
        edit=functools.partial(actions.edit_use_case, use_case=found),
    )
