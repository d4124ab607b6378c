"""Nobody sees a page without signing in, and every problem becomes a page in plain words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from remit.kernel.problems import Problem
from remit.people import queries as people
from remit.web import errors


class RightsMiddleware:
    """Reads what the person may do at most once a request, the API's included."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer a request."""
        with people.remembering():
            return self.get_response(request)


# these ask for a token themselves, and answer with problems instead of pages
_OWN_WAYS = ("/api/", "/scim/")


class SignedInMiddleware(LoginRequiredMiddleware):
    """Asks for sign-in unless a view says `login_not_required`; the API and SCIM check their own tokens."""

    def process_view(
        self,
        request: HttpRequest,
        view_func: Callable[..., HttpResponse],
        view_args: tuple[Any, ...],
        view_kwargs: dict[str, Any],
    ) -> HttpResponse | None:
        """Let the API and open pages pass; send everybody else to sign-in, or to set-up before it is done."""
        if request.path.startswith(_OWN_WAYS):
            return None
        return super().process_view(request, view_func, view_args, view_kwargs)

    def handle_no_permission(
        self, request: HttpRequest, view_func: Callable[..., HttpResponse]
    ) -> HttpResponse:
        """Redirect; a partial's request makes htmx load the whole page anew."""
        if people.installation() is None:
            answer = redirect("onboarding:welcome")
        else:
            answer = super().handle_no_permission(request, view_func)
        if request.headers.get("HX-Request"):
            return HttpResponse(status=204, headers={"HX-Redirect": reverse("account_login")})
        return answer

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Turn a problem that no view caught into its page; anything else is Django's to handle."""
        if isinstance(exception, Problem) and not request.path.startswith(_OWN_WAYS):
            return errors.problem(request, exception)
        return None
