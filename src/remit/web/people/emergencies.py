"""The emergency door: open it, close it, and review what was done."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from remit.kernel import clock
from remit.ledger import queries as ledger
from remit.people import actions, queries, rules
from remit.web import forms
from remit.web.people.forms import Emergency, Review

_MOST = 100


def everything(request: HttpRequest) -> HttpResponse:
    """List every emergency, and open one."""
    queries.require(request.user, "emergency.read")
    form = Emergency(request.POST or None)
    if form.is_bound:
        queries.require(request.user, "emergency.open")
        if forms.done(form, lambda given: actions.open_emergency(acting_user=request.user, **given)):
            messages.warning(
                request, "The emergency is open. Everybody sees it, and another person reviews it."
            )
            return redirect("people:emergencies")
    context = {
        "rows": [_row(found) for found in queries.emergencies()[:_MOST]],
        "may_open": queries.may(request.user, "emergency.open"),
        "form": form,
        "tab": "emergencies",
        "nav": "people",
        "crumbs": [("People", reverse("people:people")), ("Emergencies", "")],
    }
    return render(request, "people/emergencies.html", context, status=422 if form.errors else 200)


def page(request: HttpRequest, reference: str) -> HttpResponse:
    """Show an emergency with everything its holder did meanwhile, and take the review."""
    queries.require(request.user, "emergency.read")
    found = queries.emergency(reference)
    form = Review(request.POST or None)
    if form.is_bound:
        queries.require(request.user, "emergency.review")
        act = {"acting_user": request.user, "emergency": found}
        if forms.done(form, lambda given: actions.review_emergency(**act, **given)):
            messages.success(request, f"{found.reference} is reviewed.")
            return redirect("people:emergency", found.reference)
    row = _row(found)
    until = found.closed_at or min(found.expires_at, clock.now())
    context = row | {
        "form": form,
        "may_close": row["open"]
        and (found.user_id == request.user.pk or queries.may(request.user, "emergency.review")),
        "may_review": not row["open"]
        and found.reviewed_at is None
        and found.user_id != request.user.pk
        and queries.may(request.user, "emergency.review"),
        "done": _said(ledger.events_by(found.user_id, found.opened_at, until)),
        "nav": "people",
        "crumbs": [
            ("People", reverse("people:people")),
            ("Emergencies", reverse("people:emergencies")),
            (found.reference, ""),
        ],
    }
    return render(request, "people/emergency.html", context, status=422 if form.errors else 200)


@require_POST
def close(request: HttpRequest, reference: str) -> HttpResponse:
    """End an emergency before its time."""
    found = actions.close_emergency(acting_user=request.user, emergency=queries.emergency(reference))
    messages.success(request, f"{found.reference} is closed. It waits for its review.")
    return redirect("people:emergency", found.reference)


def _said(events: list[Any]) -> list[Any]:
    for event in events:
        event.said = event.name.replace(".", " ").replace("_", " ").capitalize()
    return events


def _row(found: Any) -> dict[str, Any]:
    now = clock.now()
    return {
        "emergency": found,
        "role": rules.roles()[found.role].name,
        "open": found.closed_at is None and found.expires_at > now,
        "due": found.opened_at + queries.REVIEW_WITHIN,
        "late": found.reviewed_at is None and now > found.opened_at + queries.REVIEW_WITHIN,
    }
