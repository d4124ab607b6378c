"""Vendors: who supplies models, under which contract, after which diligence."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema, Status
from pydantic import Field

from remit.api import subjects
from remit.api.lists import Page, page
from remit.api.shapes import Day, Given, Line, Text, located
from remit.inventory import actions, queries
from remit.people.policies import policy

router = Router()
Diligence = Literal["", "passed", "conditions", "failed"]


class VendorOut(Schema):
    """A company that supplies models. Contract and diligence are null to who may not read them."""

    id: UUID
    name: str
    country: str
    website: str
    contact: str
    contract: str | None
    contract_ends: date | None
    diligence_at: date | None
    diligence_result: str | None
    diligence_note: str | None


class Vendors(Schema):
    """A page of vendors."""

    items: list[VendorOut]
    next: str | None


class VendorIn(Given):
    """A new vendor."""

    name: Line
    country: str = Field("", pattern="^([A-Za-z]{2})?$", description="ISO 3166-1 alpha-2.")
    website: str = Field("", max_length=200)
    contact: str = Field("", max_length=200)
    contract: str = Field("", max_length=120)
    contract_ends: Day | None = None
    diligence_at: Day | None = None
    diligence_result: Diligence = ""
    diligence_note: Text = ""


class VendorEdit(Given):
    """Facts to change."""

    name: Line | None = None
    country: str | None = Field(None, pattern="^([A-Za-z]{2})?$")
    website: str | None = Field(None, max_length=200)
    contact: str | None = Field(None, max_length=200)
    contract: str | None = Field(None, max_length=120)
    contract_ends: Day | None = None
    diligence_at: Day | None = None
    diligence_result: Diligence | None = None
    diligence_note: Text | None = None


@router.get("/vendors", response=Vendors)
def list_vendors(request: HttpRequest, asked: Query[Page]) -> Any:
    """List vendors, by name."""
    found = page(policy("vendor").visible(request.user, queries.vendors()), asked, by=("name", "pk"))
    hidden = policy("vendor").hidden(request.user)
    return {**found, "items": [_shown(row, hidden) for row in found["items"]]}


@router.post("/vendors", response={201: VendorOut})
def add_vendor(request: HttpRequest, response: HttpResponse, given: VendorIn) -> Any:
    """Add a vendor."""
    added = actions.add_vendor(acting_user=request.user, **given.model_dump(exclude_unset=True))
    located(response, f"vendors/{added.pk}")
    return Status(201, _shown(added, policy("vendor").hidden(request.user)))


@router.get("/vendors/{vendor_id}", response=VendorOut)
def get_vendor(request: HttpRequest, vendor_id: UUID) -> Any:
    """Show a vendor."""
    policy("vendor").require(request.user, "read")
    return _shown(subjects.vendor(str(vendor_id)), policy("vendor").hidden(request.user))


@router.patch("/vendors/{vendor_id}", response=VendorOut)
def edit_vendor(request: HttpRequest, vendor_id: UUID, given: VendorEdit) -> Any:
    """Change facts about a vendor."""
    policy("vendor").require(request.user, "read")
    changes = given.model_dump(exclude_unset=True)
    vendor = actions.edit_vendor(
        acting_user=request.user, vendor=subjects.vendor(str(vendor_id)), changes=changes
    )
    return _shown(vendor, policy("vendor").hidden(request.user))


def _shown(row: Any, hidden: frozenset[str]) -> dict[str, Any]:
    return {name: None if name in hidden else getattr(row, name) for name in VendorOut.model_fields}
