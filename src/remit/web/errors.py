"""Pages for what went wrong: the matter, then what the reader can do."""

from __future__ import annotations

import logging

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from remit.kernel.problems import Problem

log = logging.getLogger(__name__)


def problem(request: HttpRequest, found: Problem) -> HttpResponse:
    """Show a problem as a page, or as the sentence alone to htmx."""
    if found.status >= 500:
        log.error("%s %s: %s", request.method, request.path, found)
    return _page(request, found.status, found.title, found.detail, found.remedy)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Answer 400."""
    detail = "Something in the request cannot be read, and nothing was changed."
    return _page(
        request, 400, "This request makes no sense here", detail, "Go back, load the page anew and try again."
    )


def denied(request: HttpRequest, exception: PermissionDenied) -> HttpResponse:
    """Answer 403."""
    return _page(request, 403, "Not permitted", str(exception) or "Your roles do not allow this.")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form whose token is missing or old."""
    log.warning("CSRF: %s", reason)
    detail = "The form was open for too long or came from another site, so nothing was changed."
    return _page(
        request, 403, "This form is no longer valid", detail, "Go back, load the page anew and send it again."
    )


def not_found(request: HttpRequest, exception: Http404) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Answer 404."""
    detail = "There is nothing under this address, or it is not yours to see."
    return _page(request, 404, "Not found", detail, "Check the address, or find it with Ctrl K.")


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 500 without touching the database, which may be what failed."""
    context = {
        "title": "Remit failed here",
        "status": 500,
        "detail": "The fault is ours and is in the log. Nothing was half done: a change is one transaction.",
        "remedy": "Try again; if it stays, give your administrator the time and this page's address.",
    }
    if request.headers.get("HX-Request"):
        return HttpResponse(f"{context['detail']} {context['remedy']}", status=500, content_type="text/plain")
    return HttpResponse(render_to_string("errors/plain.html", context), status=500)


def _page(request: HttpRequest, status: int, title: str, detail: str, remedy: str = "") -> HttpResponse:
    if request.headers.get("HX-Request"):
        return HttpResponse(
            f"{detail} {remedy}".strip(), status=status, content_type="text/plain; charset=utf-8"
        )
    signed_in = getattr(getattr(request, "user", None), "is_authenticated", False)
    template = "errors/inside.html" if signed_in else "errors/outside.html"
    context = {"status": status, "title": title, "detail": detail, "remedy": remedy, "crumbs": [(title, "")]}
    return render(request, template, context, status=status)
