"""Tokens, service accounts and the rules of signing in; sign-in itself is allauth's."""

from __future__ import annotations

from uuid import UUID

from allauth.account.decorators import reauthentication_required
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from remit.kernel import clock
from remit.kernel.problems import Invalid, Problem, Unknown
from remit.people import actions, queries
from remit.web import forms
from remit.web.account.forms import NewServiceAccount, NewToken, SignInRules

_ACCOUNT = ("Your account", "/account/")
_SETTINGS = ("Settings", "/settings/")


@never_cache
@reauthentication_required
def tokens(request: HttpRequest) -> HttpResponse:
    """List my tokens and those of the service accounts I answer for; make one, and show it once."""
    form = NewToken(request.user, request.POST or None)
    secret = None
    if form.is_bound and form.is_valid():
        try:
            made, secret = actions.create_token(acting_user=request.user, **form.given())
        except Problem as problem:
            forms.show(form, problem)
        else:
            form = NewToken(request.user)
            messages.success(request, f"The token {made.name} is made. Copy it now: it is shown this once.")
    context = {
        "form": form,
        "secret": secret,
        "tokens": queries.tokens(request.user),
        "now": clock.recorded_now(),
        "crumbs": [_ACCOUNT, ("API tokens", "")],
    }
    return render(request, "account/tokens.html", context, status=422 if form.errors else 200)


@require_POST
def revoke_token(request: HttpRequest, prefix: str) -> HttpResponse:
    """End a token."""
    ended = actions.revoke_token(acting_user=request.user, token=queries.token(request.user, prefix))
    messages.success(request, f"The token {ended.name} opens nothing any more.")
    return redirect("account:tokens")


def service_accounts(request: HttpRequest) -> HttpResponse:
    """List the programs that act here under their own name; add one."""
    queries.require(request.user, "service_account.manage")
    form = NewServiceAccount(request.POST or None)
    if form.is_bound and form.is_valid():
        given = form.cleaned_data | {"roles": tuple(form.cleaned_data["roles"])}
        try:
            account = actions.create_service_account(acting_user=request.user, **given)
        except Problem as problem:
            forms.show(form, problem)
        else:
            messages.success(
                request, f"{account.name} is added; {account.answered_by.name} makes its tokens."
            )
            return redirect("account:service_accounts")
    context = {
        "form": form,
        "accounts": queries.service_accounts(),
        "nav": "settings",
        "crumbs": [_SETTINGS, ("Service accounts", "")],
    }
    return render(request, "account/service_accounts.html", context, status=422 if form.errors else 200)


@require_POST
def close_service_account(request: HttpRequest, account: UUID) -> HttpResponse:
    """Close a service account with all its tokens."""
    queries.require(request.user, "service_account.manage")
    found = queries.service_account(account)
    actions.close_service_account(acting_user=request.user, account=found)
    messages.success(request, f"{found.name} is closed; its tokens open nothing any more.")
    return redirect("account:service_accounts")


@require_POST
def hand_over_service_account(request: HttpRequest, account: UUID) -> HttpResponse:
    """Have somebody else answer for a service account."""
    queries.require(request.user, "service_account.manage")
    found = queries.service_account(account)
    try:
        to = queries.user_by_email(request.POST.get("to", "").strip())
        actions.hand_over_service_account(acting_user=request.user, account=found, to=to)
    except (Invalid, Unknown) as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, f"{to.name} answers for {found.name} now.")
    return redirect("account:service_accounts")


def sign_in_rules(request: HttpRequest) -> HttpResponse:
    """Show and change how people sign in here."""
    queries.require(request.user, "installation.manage")
    found = queries.installation()
    form = SignInRules(request.POST or None, initial={"mfa_roles": found.mfa_roles})
    if form.is_bound and form.is_valid():
        actions.set_sign_in_rules(acting_user=request.user, mfa_roles=form.cleaned_data["mfa_roles"])
        messages.success(request, "These rules hold from the next page that anybody opens.")
        return redirect("account:sign_in_rules")
    context = {
        "form": form,
        "sso": settings.SINGLE_SIGN_ON,
        "callback": request.build_absolute_uri(reverse("openid_connect_callback", args=["sso"])),
        "scim": request.build_absolute_uri("/scim/v2/"),
        "hours": settings.SESSION_COOKIE_AGE // 3600,
        "nav": "settings",
        "crumbs": [_SETTINGS, ("Sign-in", "")],
    }
    return render(request, "account/sign_in_rules.html", context, status=422 if form.errors else 200)


def not_here(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Answer for a page of allauth's that would change what only an administrator changes."""
    raise Http404
