"""Every fault as `application/problem+json` (RFC 9457)."""

from __future__ import annotations

import functools
import json
import logging
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from remit.kernel.problems import Invalid, Problem, Unknown

CONTENT_TYPE = "application/problem+json"
SCHEMA: dict[str, Any] = {
    "title": "Problem",
    "description": "What is wrong and how to mend it (RFC 9457). More members may follow, such as `fields`.",
    "type": "object",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "remedy": {"type": "string"},
    },
    "required": ["type", "title", "status", "detail", "instance"],
}
log = logging.getLogger(__name__)


def register(api: NinjaAPI) -> None:
    """Have the API answer every exception with a problem."""
    api.add_exception_handler(Problem, _problem)
    api.add_exception_handler(ValidationError, _invalid)
    api.add_exception_handler(HttpError, _http)
    api.add_exception_handler(PermissionDenied, _denied)
    api.add_exception_handler(Http404, not_found)
    api.add_exception_handler(Exception, _failed)


def not_found(request: HttpRequest, fault: Exception | None = None) -> HttpResponse:
    """Answer 404."""
    del fault
    return _problem(
        request,
        Unknown("There is nothing under this address.", remedy="The addresses are in /api/v1/openapi.json."),
    )


def problems_only(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Turn the bare 405 that the framework gives for a wrong method into a problem."""

    @functools.wraps(view)
    def answering(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        answer = view(request, *args, **kwargs)
        if answer.status_code != HTTPStatus.METHOD_NOT_ALLOWED:
            return answer
        allowed = answer.headers["Allow"]
        problem = _plain(request, 405, f"{request.method} is not possible here.", f"Use {allowed}.")
        problem.headers["Allow"] = allowed
        return problem

    return answering


def _problem(request: HttpRequest, problem: Problem) -> HttpResponse:
    if problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        log.error("%s %s: %s", request.method, request.path, problem)
    return _answer(problem.as_json(request.path))


def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    fields = {".".join(str(part) for part in _place(found["loc"])): found["msg"] for found in error.errors}
    return _problem(request, Invalid("The request does not fit the API's description.", fields=fields))


def _place(location: tuple[Any, ...]) -> tuple[Any, ...]:
    """Leave out where the framework found it (`body`, the argument's name); the caller knows fields."""
    return location[2:] if location[0] in {"body", "form"} and len(location) > 2 else location[1:]


def _http(request: HttpRequest, error: HttpError) -> HttpResponse:
    if error.status_code == HTTPStatus.UNAUTHORIZED:
        remedy = "Sign in and send the session's cookie."
        answer = _plain(request, 401, "Nobody is signed in.", remedy)
        # RFC 9110 asks every 401 for a challenge; a cookie has no registered scheme
        answer.headers["WWW-Authenticate"] = 'Session realm="remit"'
        return answer
    if error.status_code == HTTPStatus.FORBIDDEN:
        remedy = "Send the token of the csrftoken cookie in the header X-CSRFToken."
        return _plain(request, 403, "The request carries no valid CSRF token.", remedy)
    return _plain(request, error.status_code, str(error))


def _denied(request: HttpRequest, error: PermissionDenied) -> HttpResponse:
    return _plain(request, 403, str(error) or "Your roles do not allow this.")


def _failed(request: HttpRequest, error: Exception) -> HttpResponse:
    log.error("%s %s", request.method, request.path, exc_info=error)
    detail = "The fault is ours and is in the log. Nothing was half done: a change is one transaction."
    return _plain(request, 500, detail, "Try again; if it stays, tell your administrator when it was.")


def _plain(request: HttpRequest, status: int, detail: str, remedy: str = "") -> HttpResponse:
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "instance": request.path,
    }
    return _answer(body | ({"remedy": remedy} if remedy else {}))


def _answer(body: dict[str, Any]) -> HttpResponse:
    return HttpResponse(
        json.dumps(body, default=str),
        status=body["status"],
        content_type=CONTENT_TYPE,
        headers={"Cache-Control": "no-store"},
    )
