"""Attestation campaigns: how far they are, and what one owner signs."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from remit.evidence import actions, queries
from remit.kernel import clock
from remit.people import queries as people
from remit.people.policies import policy
from remit.web import forms
from remit.web.attestations.forms import Answer, NewCampaign
from remit.web.attestations.record import lines, told

PAGE = 50
_STATES = {"": "All", "asked": "Waiting", "attested": "Attested", "disputed": "Disputed"}


def campaigns(request: HttpRequest) -> HttpResponse:
    """List what waits for the signed-in person, and every campaign."""
    people.require(request.user, "attestation.read")
    context = {
        "mine": queries.asked_of(request.user),
        "campaigns": [_figures(found) for found in queries.campaigns()],
        "may_open": people.may(request.user, "attestation.open"),
        "now": clock.now(),
        "nav": "attestations",
        "crumbs": [("Attestations", "")],
    }
    return render(request, "attestations/list.html", context)


def new(request: HttpRequest) -> HttpResponse:
    """Open a campaign."""
    people.require(request.user, "attestation.open")
    form = NewCampaign(request.POST or None, initial={"population": request.GET.urlencode()})

    def act(given: dict[str, Any]) -> None:
        due = {"due_at": forms.to_end(given.pop("due"))}
        form.opened = actions.open_campaign(acting_user=request.user, **given, **due)

    if form.is_bound and forms.done(form, act):
        messages.success(request, f"{form.opened.name} is open; every owner finds it under My tasks.")
        return redirect("attestations:campaign", form.opened.reference)
    crumbs = [("Attestations", reverse("attestations:list")), ("New", "")]
    context = {"form": form, "nav": "attestations", "crumbs": crumbs}
    return render(request, "attestations/new.html", context, status=422 if form.errors else 200)


def campaign(request: HttpRequest, reference: str) -> HttpResponse:
    """Show how far a campaign has come in each unit, and who has not answered."""
    people.require(request.user, "attestation.read")
    found = queries.campaign(reference)
    state = request.GET.get("state", "")
    rows = queries.attestations_of(found, states=[state] if state in _STATES and state else ())
    visible = policy("attestation").visible(request.user, rows)
    context = {
        "campaign": _figures(found),
        "progress": queries.progress(found),
        "rows": Paginator(visible, PAGE).get_page(request.GET.get("page")),
        "states": _STATES.items(),
        "state": state,
        "may_close": found.closed_at is None and people.may(request.user, "attestation.open"),
        "now": clock.now(),
        "nav": "attestations",
        "crumbs": [("Attestations", reverse("attestations:list")), (found.name, "")],
    }
    return render(request, "attestations/campaign.html", context)


@require_POST
def close(request: HttpRequest, reference: str) -> HttpResponse:
    """End a campaign."""
    found = queries.campaign(reference)
    actions.close_campaign(acting_user=request.user, campaign=found, reason="Closed on its page")
    messages.success(request, f"{found.name} is closed; what was not answered stays so.")
    return redirect("attestations:campaign", found.reference)


def answer(request: HttpRequest, reference: str, identifier: UUID) -> HttpResponse:
    """Show what the record says now, and take the owner's signature or dispute."""
    found = queries.attestation(identifier, campaign=reference)
    policy("attestation").seen(request.user, found)
    record = queries.record_now(found.use_case)
    digest = queries.digest(record)
    form = Answer(request.POST or None, initial={"digest": digest})

    def act(given: dict[str, Any]) -> None:
        said = {"attestation": found, "digest": given["digest"], "comment": given["comment"]}
        does = actions.sign if given["answer"] == "sign" else actions.dispute
        does(acting_user=request.user, **said)

    if form.is_bound and forms.done(form, act):
        done = "is attested" if form.cleaned_data["answer"] == "sign" else "is disputed"
        messages.success(request, f"{found.use_case.name} {done}. It is in the ledger.")
        return redirect("attestations:campaign", found.campaign.reference)
    owners = {request.user.pk, *(absent.pk for absent in people.stands_in_for(request.user))}
    unchanged = found.state == "attested" and found.signed_digest == digest
    context = {
        "attestation": found,
        "lines": lines(record),
        "models": [(model["name"], lines(model)) for model in record["models"]],
        "since_asked": told(queries.differences(found.asked_snapshot, record)),
        "since_signed": told(queries.differences(found.signed_snapshot, record)) if found.signed_at else [],
        "digest": digest,
        "form": form,
        "mine": found.use_case.owner_id in owners,
        "may_answer": found.use_case.owner_id in owners and not found.campaign.closed_at and not unchanged,
        "now": clock.now(),
        "nav": "attestations",
        "crumbs": [
            ("Attestations", reverse("attestations:list")),
            (found.campaign.name, reverse("attestations:campaign", args=[found.campaign.reference])),
            (found.use_case.name, ""),
        ],
    }
    return render(request, "attestations/answer.html", context, status=422 if form.errors else 200)


def _figures(found: Any) -> dict[str, Any]:
    waiting = found.asked - found.attested - found.disputed
    return {
        "row": found,
        "waiting": waiting,
        "share": found.attested / found.asked if found.asked else 0.0,
        "late": found.closed_at is None and waiting > 0 and clock.now() > found.due_at,
    }
