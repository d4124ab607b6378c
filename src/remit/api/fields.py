"""Custom fields: what an installation asks of its use cases and models beyond what Remit asks."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema, Status
from pydantic import Field, FiniteFloat

from remit.api import subjects
from remit.api.lists import Page, page
from remit.api.shapes import Given, Kind, Line, Text, located
from remit.inventory import actions, queries
from remit.people.policies import policy

router = Router()
Of = Literal["use_case", "model"]
FieldType = Literal["text", "number", "boolean", "date", "choice", "person", "address", "computed"]


class FieldOut(Schema):
    """A field that this installation added."""

    id: UUID
    key: str
    label: str
    help: str
    of: str
    type: str
    choices: list[str]
    minimum: float | None
    maximum: float | None
    formula: str
    kinds: list[str]
    unit: str | None
    required_from: str
    restricted: bool
    order: int
    retired_at: datetime | None

    @staticmethod
    def resolve_unit(row: Any) -> str | None:
        """Name the unit."""
        return row.unit.name if row.unit else None


class Fields(Schema):
    """A page of custom fields."""

    items: list[FieldOut]
    next: str | None


class Layout(Given):
    """How a field is laid out."""

    label: str | None = Field(None, min_length=1, max_length=80)
    help: str | None = Field(None, max_length=300)
    choices: list[Line] | None = Field(None, max_length=100)
    minimum: FiniteFloat | None = None
    maximum: FiniteFloat | None = None
    formula: Text | None = Field(None, description="CEL over use_case, model, version and custom.")
    kinds: list[Kind] | None = None
    unit: Line | None = Field(None, description="Name or id; the field is for this unit only.")
    required_from: str | None = Field(None, max_length=14, description="The stage from which it must say.")
    restricted: bool | None = None
    order: int | None = Field(None, ge=0, le=32767)


class FieldIn(Layout):
    """A new field; its key, type and what it is of never change."""

    key: str = Field(pattern="^[a-z][a-z0-9_]{0,39}$")
    of: Of
    type: FieldType
    label: str = Field(min_length=1, max_length=80)


@router.get("/fields", response=Fields)
def list_fields(request: HttpRequest, asked: Query[Page], *, retired: bool = False) -> Any:
    """List the custom fields; the retired ones instead if asked for."""
    visible = policy("field").visible(request.user, queries.fields(retired=retired))
    return page(visible, asked, by=("key", "pk"))


@router.post("/fields", response={201: FieldOut})
def define_field(request: HttpRequest, response: HttpResponse, given: FieldIn) -> Any:
    """Add a field to every use case or model, or to those of some kinds or of a unit."""
    asked = _layout(given)
    defined = actions.define_field(acting_user=request.user, type_=asked.pop("type"), **asked)
    located(response, f"fields/{defined.of}/{defined.key}")
    return Status(201, defined)


@router.get("/fields/{of}/{key}", response=FieldOut)
def get_field(request: HttpRequest, of: Of, key: str) -> Any:
    """Show a custom field."""
    policy("field").require(request.user, "read")
    return queries.field(of, key)


@router.patch("/fields/{of}/{key}", response=FieldOut)
def edit_field(request: HttpRequest, of: Of, key: str, given: Layout) -> Any:
    """Change how a field is laid out."""
    policy("field").require(request.user, "read")
    return actions.edit_field(acting_user=request.user, field=queries.field(of, key), changes=_layout(given))


@router.delete("/fields/{of}/{key}", response=FieldOut)
def retire_field(request: HttpRequest, of: Of, key: str) -> Any:
    """Take a field out of use; what was said in it stays in the ledger."""
    policy("field").require(request.user, "read")
    return actions.retire_field(acting_user=request.user, field=queries.field(of, key))


def _layout(given: Layout) -> dict[str, Any]:
    asked = given.model_dump(exclude_unset=True)
    if asked.get("unit") is not None:
        asked["unit"] = subjects.unit(asked["unit"])
    return asked
