"""Suspending, reinstating, revoking and issuing a remit: a page that says what will happen, and a reason."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms as django_forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from remit.governance import actions
from remit.kernel.problems import Conflict, Problem, Unknown
from remit.people import queries as people
from remit.web import forms
from remit.web.model.page import ModelPage, shared


class Reason(django_forms.Form):
    """Why; it is kept with the remit and in the ledger."""

    reason = django_forms.CharField(
        widget=django_forms.Textarea(attrs={"rows": 4}), help_text="Kept with the remit and in the ledger."
    )


@dataclass(frozen=True, slots=True)
class Verb:
    """Something that may be done with a remit: what it is called, what follows, and the action."""

    permission: str
    title: str
    follows: str
    button: str
    done: str
    run: Callable[[Any, ModelPage, str], Any]
    danger: bool = False


def _remit(page: ModelPage) -> Any:
    if page.remit is None:
        raise Conflict(f"{page.model.name} has no remit.")
    return page.remit


def _suspend(who: Any, page: ModelPage, reason: str) -> Any:
    return actions.suspend_remit(acting_user=who, remit=_remit(page), reason=reason)


def _reinstate(who: Any, page: ModelPage, reason: str) -> Any:
    return actions.reinstate_remit(acting_user=who, remit=_remit(page), reason=reason)


def _revoke(who: Any, page: ModelPage, reason: str) -> Any:
    return actions.revoke_remit(acting_user=who, remit=_remit(page), reason=reason)


def _issue(who: Any, page: ModelPage, reason: str) -> Any:
    del reason
    version = page.issuable
    if version is None:
        raise Conflict(
            f"No remit can be issued for {page.model.name} now.",
            remedy="It takes a version that is signed and whose remit ends within 60 days, or has none.",
        )
    current = next((r for r in page.remits if r.version_id == version.pk and r.state == "in_force"), None)
    start = current.valid_until if current else None
    return actions.issue_remit(acting_user=who, version=version, valid_from=start)


VERBS = {
    "suspend": Verb(
        "remit.suspend",
        "Suspend the remit",
        "The gateway refuses every request under it within a second, until it is reinstated.",
        "Suspend",
        "is suspended",
        _suspend,
        danger=True,
    ),
    "reinstate": Verb(
        "remit.reinstate",
        "Reinstate the remit",
        "The gateway decides under it again, until it ends.",
        "Reinstate",
        "is in force again",
        _reinstate,
    ),
    "revoke": Verb(
        "remit.revoke",
        "Revoke the remit",
        "The gateway refuses every request under it for good. A new remit takes gate G5 and signatures anew.",
        "Revoke for good",
        "is revoked",
        _revoke,
        danger=True,
    ),
    "issue": Verb(
        "remit.issue",
        "Issue a remit",
        "Gate G5 is evaluated now; if it passes, the platform's key signs the terms that were approved.",
        "Sign and issue",
        "is issued",
        _issue,
    ),
}


def act(request: HttpRequest, reference: str, verb: str) -> HttpResponse:
    """Ask for the reason, then do it; what the action refuses comes back on the form."""
    found = VERBS.get(verb)
    if found is None:
        raise Unknown(f"A remit cannot be {verb}ed here.")
    page = ModelPage(reference, request.user)
    people.require(request.user, found.permission, unit=page.use_case.unit, subject=page.use_case.pk)
    asks = verb != "issue"
    form = Reason(request.POST or None) if asks else None
    problem = None
    if request.method == "POST" and (form is None or form.is_valid()):
        try:
            remit = found.run(request.user, page, form.cleaned_data["reason"] if form else "")
        except Problem as caught:
            problem = caught
            if form is not None:
                forms.show(form, caught)
        else:
            messages.success(request, f"{remit.reference} {found.done}.")
            return redirect("model:overview", reference=page.model.reference)
    context = shared(page, found.title) | {"verb": found, "form": form, "problem": problem, "tab": ""}
    return render(request, "model/act.html", context, status=problem.status if problem else _status(form))


def _status(form: Reason | None) -> int:
    return 422 if form is not None and form.errors else 200
