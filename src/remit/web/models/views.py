"""The list of models."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from remit.inventory import queries
from remit.people import queries as people
from remit.web.models.listing import Listing
from remit.web.rooms import Count


def count(person: Any) -> Count | None:
    """Return how many models there are, for the sidebar."""
    del person  # everybody may know
    n = queries.listing().count()
    return Count(n) if n else None


def models(request: HttpRequest) -> HttpResponse:
    """List models, or the part of the list that a filter or "show more" asks htmx for."""
    listing = Listing(request.GET)
    asked = request.GET.get("start", "0")
    start = int(asked) if asked.isdecimal() else 0
    context = {
        "listing": listing,
        "groups": listing.groups(start),
        "more": listing.more(start),
        "start": start,
        "may_file": people.may(request.user, "use_case.file"),
        "nav": "models",
        "crumbs": [("Models", "")],
    }
    partial = request.headers.get("HX-Request") and not request.headers.get("HX-History-Restore-Request")
    template = (
        "models/rows.html" if partial and start else "models/result.html" if partial else "models/list.html"
    )
    return render(request, template, context)
