"""The discovery queue: each sighting is linked, registered or dismissed, one by one or several at once."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from remit.inventory import actions, queries
from remit.kernel.problems import Invalid, Problem
from remit.people import queries as people
from remit.web import forms
from remit.web.discovery.forms import Registration
from remit.web.rooms import Count

_PAGE = 25
_STATES = (("open", "Open"), ("matched", "Linked"), ("registered", "Registered"), ("dismissed", "Dismissed"))


def count(person: Any) -> Count | None:
    """Return how many sightings wait, for the sidebar."""
    del person  # everybody who sees the page sees all of them
    n = queries.open_sightings()
    return Count(n) if n else None


@require_GET
def queue(request: HttpRequest) -> HttpResponse:
    """List the sightings in a state, with what each may be."""
    return _show(request)


@require_POST
def answer(request: HttpRequest) -> HttpResponse:
    """Dismiss the chosen sightings, or link each to the model it is most like."""
    chosen = [queries.sighting(request.user, _uuid(i)) for i in request.POST.getlist("sighting")]
    if not chosen:
        return _show(request, Invalid("Choose one or more sightings first.", fields={"sighting": "Choose."}))
    likely = queries.suggestions(request.user, chosen) if "link" in request.POST else {}
    done, failed = 0, list[str]()
    for one in chosen:
        try:
            if "link" in request.POST:
                _link_likely(request, one, likely)
            else:
                reason = request.POST.get("reason", "")
                actions.dismiss_sighting(acting_user=request.user, sighting=one, reason=reason)
            done += 1
        except Problem as problem:
            failed.append(f"{one.name}: {problem}")
    if done:
        messages.success(request, f"{done} {'is' if done == 1 else 'are'} answered.")
    if failed:
        return _show(request, Invalid(" ".join(dict.fromkeys(failed))))
    return redirect("discovery:queue")


@require_POST
def link(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """Say that a sighting is a model that is here."""
    found = queries.sighting(request.user, identifier)
    try:
        model = queries.model(request.POST.get("model", "").strip())
        people.require(request.user, "model.read", unit=model.use_case.unit, subject=model.use_case.pk)
        actions.link_sighting(acting_user=request.user, sighting=found, model=model)
    except Problem as problem:
        return _show(request, problem)
    messages.success(request, f"{found.name} is {model.reference}, {model.name}.")
    return redirect("discovery:queue")


def register(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """Register a model for a sighting."""
    people.require(request.user, "sighting.reconcile")
    found = queries.sighting(request.user, identifier)
    likely = {"name": found.name[:120], "kind": found.kind or "ml", "owner": request.user.email}
    form = Registration(request.user, request.POST or None, initial=likely)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            owner = people.user_by_email(given.pop("owner")) if given["owner"] else given.pop("owner") or None
            answered = actions.register_sighting(
                acting_user=request.user, sighting=found, owner=owner, **given
            )
        except Problem as problem:
            forms.show(form, problem)
        else:
            messages.success(request, f"{answered.model.name} is registered as {answered.model.reference}.")
            return redirect("discovery:queue")
    context = {
        "form": form,
        "sighting": found,
        "nav": "discovery",
        "crumbs": [("Discovery", reverse("discovery:queue")), (found.name, "")],
    }
    return render(request, "discovery/register.html", context, status=422 if form.errors else 200)


@require_POST
def reopen(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """Put a dismissed sighting back into the queue."""
    found = queries.sighting(request.user, identifier)
    actions.reopen_sighting(acting_user=request.user, sighting=found)
    messages.success(request, f"{found.name} waits for an answer again.")
    return redirect("discovery:queue")


def _show(request: HttpRequest, problem: Problem | None = None) -> HttpResponse:
    asked = request.GET.get("state", "open")
    state = asked if asked in dict(_STATES) else "open"
    page = Paginator(queries.sightings(request.user, state), _PAGE).get_page(request.GET.get("page"))
    seen = list(page.object_list)
    likely = queries.suggestions(request.user, seen) if seen and state == "open" else {}
    context = {
        "page": page,
        "rows": [(one, likely.get(one.pk, [])) for one in seen],
        "state": state,
        "states": _STATES,
        "problem": problem,
        "may_answer": people.may(request.user, "sighting.reconcile"),
        "nav": "discovery",
        "crumbs": [("Discovery", "")],
    }
    return render(request, "discovery/queue.html", context, status=422 if problem else 200)


def _link_likely(request: HttpRequest, one: Any, likely: dict[UUID, list[Any]]) -> None:
    """Link a sighting to the model it is most like.

    Raises:
        Invalid: no model is like it, or two are equally.
    """
    found = likely.get(one.pk, [])
    if not found or (len(found) > 1 and found[0].alike == found[1].alike):
        raise Invalid("No one model is most like it.", remedy="Link it by itself.")
    model = queries.model(found[0].reference)
    actions.link_sighting(acting_user=request.user, sighting=one, model=model)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Invalid("This is not a sighting.", fields={"sighting": "Choose from the list."}) from None
