"""API tokens and service accounts."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema, Status
from pydantic import Field

from remit.api import subjects
from remit.api.lists import Page, page
from remit.api.people import Why
from remit.api.shapes import Given, Instant, Line, Person, located
from remit.people import actions, queries
from remit.people.policies import policy

router = Router()


class TokenOut(Schema):
    """A key that a person or a service account calls the API with; its secret is not kept."""

    prefix: str = Field(description="Its first characters, to tell it by.")
    name: str
    holder: str
    scopes: list[str]
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None

    @staticmethod
    def resolve_holder(row: Any) -> str:
        """Name whose it is by e-mail address."""
        return str(row.user.email)


class TokenMade(TokenOut):
    """A new token with its secret, which is shown this once."""

    secret: str


class Tokens(Schema):
    """A page of tokens."""

    items: list[TokenOut]
    next: str | None


class TokenIn(Given):
    """A token to make, for yourself or for a service account that you answer for."""

    name: str = Field(min_length=1, max_length=80)
    scopes: list[Line] = Field(min_length=1, max_length=100, description="Permissions, or `read`.")
    expires_at: Instant = Field(description="At most a year from now.")
    service_account: UUID | None = None


class AccountOut(Schema):
    """A program that acts under its own name, and the person who answers for it."""

    id: UUID
    name: str
    active: bool = Field(alias="is_active")
    answered_by: Person | None
    unit: str | None

    @staticmethod
    def resolve_unit(row: Any) -> str | None:
        """Name the unit."""
        return row.unit.name if row.unit else None


class Accounts(Schema):
    """A page of service accounts."""

    items: list[AccountOut]
    next: str | None


class AccountIn(Given):
    """A service account to add; `answered_by` is a person's e-mail address or id."""

    name: Line
    answered_by: Line
    unit: Line | None = None
    roles: list[Line] = Field(default_factory=list, max_length=20)


@router.get("/tokens", response=Tokens)
def list_tokens(request: HttpRequest, asked: Query[Page]) -> Any:
    """List your tokens and those of the service accounts you answer for, the newest first."""
    return page(queries.tokens(request.user), asked, by=("-created_at", "-pk"))


@router.post("/tokens", response={201: TokenMade})
def create_token(request: HttpRequest, response: HttpResponse, given: TokenIn) -> Any:
    """Make a token; a token itself makes none, so this takes a session."""
    account = queries.service_account(given.service_account) if given.service_account else None
    made, secret = actions.create_token(
        acting_user=request.user,
        name=given.name,
        scopes=given.scopes,
        expires_at=given.expires_at,
        user=account,
    )
    response["Cache-Control"] = "no-store"
    made.secret = secret
    return Status(201, made)


@router.post("/tokens/{prefix}/revoke", response=TokenOut)
def revoke_token(request: HttpRequest, prefix: str, given: Why) -> Any:
    """End a token now."""
    token = queries.token(request.user, prefix)
    return actions.revoke_token(acting_user=request.user, token=token, reason=given.reason)


@router.get("/service-accounts", response=Accounts)
def list_service_accounts(request: HttpRequest, asked: Query[Page]) -> Any:
    """List the service accounts, by name."""
    policy("service_account").require(request.user, "manage")
    return page(queries.service_accounts(), asked, by=("name", "pk"))


@router.post("/service-accounts", response={201: AccountOut})
def create_service_account(request: HttpRequest, response: HttpResponse, given: AccountIn) -> Any:
    """Add an account that signs in with tokens only."""
    policy("service_account").require(request.user, "manage")
    made = actions.create_service_account(
        acting_user=request.user,
        name=given.name,
        answered_by=subjects.person(given.answered_by),
        unit=subjects.unit(given.unit) if given.unit else None,
        roles=tuple(given.roles),
    )
    located(response, f"service-accounts/{made.pk}")
    return Status(201, made)


@router.get("/service-accounts/{account_id}", response=AccountOut)
def get_service_account(request: HttpRequest, account_id: UUID) -> Any:
    """Show a service account."""
    policy("service_account").require(request.user, "manage")
    return queries.service_account(account_id)


@router.delete("/service-accounts/{account_id}", response=AccountOut)
def close_service_account(request: HttpRequest, account_id: UUID) -> Any:
    """Close a service account: its tokens open nothing from now on."""
    policy("service_account").require(request.user, "manage")
    return actions.close_service_account(
        acting_user=request.user, account=queries.service_account(account_id)
    )
