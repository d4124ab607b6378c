"""The list of change requests, and the page on which one is read and answered."""

from __future__ import annotations

from typing import Any

from django import forms as django_forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from remit.inventory import actions, queries
from remit.kernel.problems import Invalid, Problem
from remit.people import queries as people
from remit.people import rules as roles
from remit.people.policies import policy
from remit.web import forms
from remit.web.rooms import Count

_PAGE = 50
_STATES = ("waiting", "approved", "rejected", "withdrawn", "outdated")


class Answer(django_forms.Form):
    """What is answered, why, and to which difference."""

    reason = django_forms.CharField(
        required=False,
        widget=django_forms.Textarea(attrs={"rows": 3}),
        help_text="Needed to reject. Kept with the request and in the ledger.",
    )
    content_digest = django_forms.CharField(widget=django_forms.HiddenInput)


def count(person: Any) -> Count | None:
    """Return how many change requests wait for this person, for the sidebar."""
    n = len(queries.waiting_for(person))
    return Count(n, note=f"{n} wait for you") if n else None


def changes(request: HttpRequest) -> HttpResponse:
    """List change requests by state, those that wait first."""
    state = request.GET.get("state", "waiting")
    if state not in _STATES:
        raise Invalid(f"There is no state {state!r}.", fields={"state": f"One of: {', '.join(_STATES)}."})
    rows = policy("change").visible(request.user, queries.changes(state))
    page = Paginator(rows, _PAGE).get_page(request.GET.get("page"))
    context = {
        "states": _STATES,
        "state": state,
        "page": page,
        "mine": {change.pk for change in queries.waiting_for(request.user)} if state == "waiting" else set(),
        "nav": "changes",
        "crumbs": [("Changes", "")],
    }
    return render(request, "changes/list.html", context)


def change(request: HttpRequest, reference: str) -> HttpResponse:
    """Show what would be different, and take the answer."""
    found = policy("change").find(request.user, queries.change, reference)
    form = Answer(request.POST or None, initial={"content_digest": found.content_digest})
    if request.method == "POST" and form.is_valid():
        try:
            said = _answer(request, found, form)
        except Problem as problem:
            forms.show(form, problem)
        else:
            messages.success(request, said)
            return redirect("changes:change", reference=found.reference)
    subject = found.model or found.use_case
    answerable, asked_it = _rights(request.user, found)
    context = {
        "change": found,
        "rows": queries.described(found),
        "outdated": found.state == "waiting" and queries.outdated(found),
        "subject": subject,
        "subject_href": reverse("model:overview", args=[subject.reference])
        if found.model
        else reverse("models:use_case", args=[found.use_case.key]),
        "form": form,
        "may_answer": answerable,
        "asked_it": asked_it,
        "reviewers": roles.who_may(queries.reviewers(found)),
        "nav": "changes",
        "crumbs": [("Changes", reverse("changes:list")), (found.reference, "")],
    }
    return render(request, "changes/change.html", context, status=422 if form.errors else 200)


def _rights(person: Any, found: Any) -> tuple[bool, bool]:
    """Return whether this person may answer the request now, and whether they asked for it."""
    asked_it = person.pk == found.requested_by_id
    reviews = people.may(
        person, queries.reviewers(found), unit=found.use_case.unit, subject=found.use_case_id
    )
    return found.state == "waiting" and reviews and not asked_it, asked_it


def _answer(request: HttpRequest, found: Any, form: Answer) -> str:
    verb, reason = request.POST.get("verb", ""), form.cleaned_data["reason"]
    who: Any = request.user
    if verb == "approve":
        digest = form.cleaned_data["content_digest"]
        actions.approve_change(acting_user=who, change=found, content_digest=digest, reason=reason)
        return f"{found.reference} is approved, and {found.model or found.use_case} is changed."
    if verb == "reject":
        actions.reject_change(acting_user=who, change=found, reason=reason)
        return f"{found.reference} is rejected."
    if verb == "withdraw":
        actions.withdraw_change(acting_user=who, change=found, reason=reason)
        return f"{found.reference} is withdrawn."
    raise Invalid("Choose an answer.", fields={"verb": "Approve, reject or withdraw."})
