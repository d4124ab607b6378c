"""First run: before there is an administrator, and until a model decides under a remit."""

from __future__ import annotations

import logging

from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from remit.inventory import queries as inventory
from remit.kernel.problems import Problem
from remit.people import actions, queries
from remit.web import forms
from remit.web.onboarding.forms import Opening
from remit.web.onboarding.steps import steps

log = logging.getLogger(__name__)
_BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def home(request: HttpRequest) -> HttpResponse:
    """Send a person to the portfolio, or to the first steps while there is nothing in it."""
    del request  # the same for everybody
    empty = not inventory.use_cases().exists()
    return redirect("onboarding:welcome" if empty else "portfolio:portfolio")


@login_not_required
def welcome(request: HttpRequest) -> HttpResponse:
    """Open an empty installation, or show how far this one has come."""
    if queries.installation() is None:
        return _open(request)
    if not request.user.is_authenticated:
        return redirect_to_login(request.path)
    found = steps(request.user)
    current = next((step for step in found if not step.done), None)
    context = {"steps": found, "current": current, "crumbs": [("Getting started", "")]}
    return render(request, "onboarding/steps.html", context)


def _open(request: HttpRequest) -> HttpResponse:
    form = Opening(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = {
            key: form.cleaned_data[key] for key in ("organisation", "email", "name", "password", "title")
        }
        try:
            first = actions.open_installation(**given, acting_user="system:first-run")
        except Problem as problem:
            forms.show(form, problem)
        else:
            login(request, first, backend=_BACKEND)
            actions.record_sign_in(acting_user=first, method="set-up")
            return redirect("onboarding:welcome")
    if request.method == "GET":
        log.warning("Nobody administers this Remit yet. The set-up code is %s", queries.setup_code())
    return render(request, "onboarding/open.html", {"form": form}, status=422 if form.errors else 200)
