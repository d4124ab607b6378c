"""Whoever holds a role that takes a second factor sets one up before anything else."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from remit.kernel.problems import Denied
from remit.people import queries

_DONE = "second_factor"
_STRONG = {"mfa", "socialaccount"}


class SecondFactorMiddleware:
    """Sends to the second-factor page whoever has to have one and has none; signing in through the identity
    provider counts as one, for the provider asks for it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return self.get_response(request)

    def process_view(
        self,
        request: HttpRequest,
        view_func: Callable[..., HttpResponse],
        view_args: tuple[Any, ...],
        view_kwargs: dict[str, Any],
    ) -> HttpResponse | None:
        """Redirect, where the rules of the installation ask for it; once a session that it does not."""
        del view_func, view_args, view_kwargs
        user: Any = request.user
        if not user.is_authenticated or request.session.get(_DONE) or request.path.startswith("/account/"):
            return None
        # the shell names the organisation on the page that is drawn next
        installation = request.installation = queries.installation()
        if installation is None or not installation.mfa_roles:
            return None
        if not queries.roles_of(user).isdisjoint(installation.mfa_roles) and not _has_one(request):
            return _ask(request)
        request.session[_DONE] = _has_one(request)
        return None


def _ask(request: HttpRequest) -> HttpResponse:
    said, index = "Your roles take a second factor. Set one up here, then go on.", reverse("mfa_index")
    if request.path.startswith("/api/"):
        problem = Denied(
            "Your roles take a second factor.", remedy=f"Set one up at {index}, or send a token."
        )
        return HttpResponse(
            json.dumps(problem.as_json(request.path)), status=403, content_type="application/problem+json"
        )
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": index})
    messages.warning(request, said)
    return redirect(index)


def _has_one(request: HttpRequest) -> bool:
    methods = {m.get("method") for m in request.session.get("account_authentication_methods", [])}
    return bool(methods & _STRONG) or is_mfa_enabled(request.user)
