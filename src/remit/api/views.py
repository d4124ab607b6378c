"""Saved views: filters of the models that somebody named."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema, Status
from pydantic import Field

from remit.api.lists import Page, page
from remit.api.shapes import Given, Person, located
from remit.inventory import actions, queries
from remit.inventory.search import Search

router = Router()


class ViewOut(Schema):
    """A filter that somebody named, as the query string of `GET /models`."""

    id: UUID
    name: str
    query: str
    columns: list[str]
    shared: bool
    owner: Person


class Views(Schema):
    """A page of saved views."""

    items: list[ViewOut]
    next: str | None


class ViewIn(Given):
    """A filter to keep, for yourself or for everybody; your view of the same name is replaced."""

    name: str = Field(min_length=1, max_length=60)
    query: str = Field(max_length=1000, description="As of `GET /models`, such as tier=T1&tag=retail.")
    columns: list[str] = Field(default_factory=list, max_length=40)
    shared: bool = False


@router.get("/views", response=Views)
def list_views(request: HttpRequest, asked: Query[Page]) -> Any:
    """List your views and those that are shared, by name."""
    return page(queries.saved_views(request.user), asked, by=("name", "pk"))


@router.post("/views", response={201: ViewOut})
def save_view(request: HttpRequest, response: HttpResponse, given: ViewIn) -> Any:
    """Keep a filter under a name."""
    saved = actions.save_view(
        acting_user=request.user,
        name=given.name,
        search=Search.of(parse_qs(given.query)),
        columns=given.columns,
        shared=given.shared,
    )
    located(response, f"views/{saved.pk}")
    return Status(201, saved)


@router.get("/views/{view_id}", response=ViewOut)
def get_view(request: HttpRequest, view_id: UUID) -> Any:
    """Show a view."""
    return queries.saved_view(request.user, view_id)


@router.delete("/views/{view_id}", response=ViewOut)
def remove_view(request: HttpRequest, view_id: UUID) -> Any:
    """Remove a view of your own, for everybody who used it."""
    view = queries.saved_view(request.user, view_id)
    actions.remove_view(acting_user=request.user, view=view)
    return view
