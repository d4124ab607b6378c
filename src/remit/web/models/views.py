"""The list of models, what one keeps of it, and the views one saves."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from remit.inventory import actions, queries, search
from remit.inventory.search import Search
from remit.kernel.problems import Problem, Unknown
from remit.people import queries as people
from remit.people.policies import policy
from remit.web.models import listing
from remit.web.models.listing import Listing
from remit.web.rooms import Count


def count(person: Any) -> Count | None:
    """Return how many models the person may see, for the sidebar."""
    n = search.total(Search(), **search.seen_by(person))
    return Count(n) if n else None


def models(request: HttpRequest) -> HttpResponse:
    """List models, or the part of the list that a filter or "show more" asks htmx for."""
    shown = Listing(request)
    partial = request.headers.get("HX-Request") and not request.headers.get("HX-History-Restore-Request")
    context = {"listing": shown, "partial": partial}
    if partial:
        return render(request, f"models/{'rows' if shown.after else 'result'}.html", context)
    context |= {
        "may_file": people.may(request.user, "use_case.file"),
        "may_import": people.may(request.user, "import.run"),
        "nav": "models",
        "crumbs": [("Models", "")],
    }
    return render(request, "models/list.html", context, status=422 if shown.day_fault else 200)


def facet(request: HttpRequest, key: str) -> HttpResponse:
    """Show the options of a facet whose name holds a text.

    Raises:
        Unknown: there is no such facet.
    """
    if key not in {facet.key for facet in search.FACETS}:
        raise Unknown(f"There is no facet {key}.")
    found = Listing(request).facet(key, find=request.GET.get("find", ""), most=listing.FOUND)
    return render(request, "models/options.html", {"facet": found})


@require_POST
def columns(request: HttpRequest) -> HttpResponse:
    """Show other columns from now on."""
    listing.keep_columns(request, request.POST.getlist("column"))
    return _back(request)


@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """Save what is found now as a view."""
    asked = Search.of(parse_qs(request.POST.get("query", "")))
    try:
        view = actions.save_view(
            acting_user=request.user,
            name=request.POST.get("name", ""),
            search=asked,
            columns=request.session.get("model_columns") or (),
            shared=request.POST.get("shared") == "on",
        )
    except Problem as problem:
        fields = problem.members.get("fields") or {}
        messages.error(request, next(iter(fields.values()), problem.detail))
        return _back(request)
    messages.success(request, f"The view {view.name} is saved{' for everybody' if view.shared else ''}.")
    return redirect(f"{reverse('models:list')}?{view.query}&saved={view.pk}")


@require_POST
def remove(request: HttpRequest, view: str) -> HttpResponse:
    """Remove a view of one's own."""
    found = queries.saved_view(request.user, view)
    actions.remove_view(acting_user=request.user, view=found)
    messages.success(request, f"The view {found.name} is removed.")
    return redirect("models:list")


@require_POST
def pin_view(request: HttpRequest, view: str) -> HttpResponse:
    """Keep a view at hand in the sidebar, or let it go."""
    actions.pin(acting_user=request.user, view=queries.saved_view(request.user, view))
    return _back(request)


@require_POST
def pin_model(request: HttpRequest, reference: str) -> HttpResponse:
    """Keep a model at hand in the sidebar, or let it go."""
    found = policy("model").find(request.user, queries.model, reference)
    actions.pin(acting_user=request.user, model=found)
    return redirect("model:overview", reference=found.reference)


def _back(request: HttpRequest) -> HttpResponse:
    """Return to the list as it was; its query string is read anew, so that it leads nowhere else."""
    given = parse_qs(request.POST.get("back", ""))
    return redirect(f"{reverse('models:list')}?{urlencode(given, doseq=True)}")
