"""Every fault as `application/problem+json` (RFC 9457)."""

from __future__ import annotations

import functools
import json
import logging
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import psycopg
from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import DataError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.template.defaultfilters import filesizeformat
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from remit.api.auth import WrongToken
from remit.kernel.problems import Conflict, Invalid, Problem, Unknown

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
    api.add_exception_handler(DataError, _unstorable)
    api.add_exception_handler(UnicodeEncodeError, _unstorable)
    api.add_exception_handler(OperationalError, _at_once)
    api.add_exception_handler(RequestDataTooBig, _too_big)
    api.add_exception_handler(Exception, _failed)


def not_found(request: HttpRequest, fault: Exception | None = None) -> HttpResponse:
    """Answer 404."""
    del fault
    return _problem(
        request,
        Unknown("There is nothing under this address.", remedy="The addresses are in /api/v1/openapi.json."),
    )


def changed(request: HttpRequest) -> HttpResponse:
    """Answer 412: what is at this address is no longer what the caller saw."""
    return _plain(
        request,
        412,
        "This was changed since you read it, or has no entity tag.",
        "Read it again, look at what changed, and send the new tag in If-Match.",
    )


def problems_only(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Turn the bare 405 that the framework gives for a wrong method into a problem."""

    @functools.wraps(view)
    def answering(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        answer = view(request, *args, **kwargs)
        if answer.status_code != HTTPStatus.METHOD_NOT_ALLOWED:
            return answer
        allowed = ", ".join(sorted(answer.headers["Allow"].split(", ")))
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
        return _unknown_caller(request, error)
    if error.status_code == HTTPStatus.FORBIDDEN:
        remedy = "Send the token of the csrftoken cookie in the header X-CSRFToken."
        return _plain(request, 403, "The request carries no valid CSRF token.", remedy)
    return _plain(request, error.status_code, str(error))


def _unknown_caller(request: HttpRequest, error: HttpError) -> HttpResponse:
    if isinstance(error, WrongToken):
        answer = _plain(request, 401, str(error), "Make a new one under Your account.")
        answer.headers["WWW-Authenticate"] = 'Bearer realm="remit", error="invalid_token"'
        return answer
    answer = _plain(request, 401, "Nobody is signed in.", "Send a token: Authorization: Bearer rmt_...")
    answer.headers["WWW-Authenticate"] = 'Bearer realm="remit"'
    return answer


def _denied(request: HttpRequest, error: PermissionDenied) -> HttpResponse:
    return _plain(request, 403, str(error) or "Your roles do not allow this.")


def _unstorable(request: HttpRequest, error: Exception) -> HttpResponse:
    log.warning("%s %s: %s", request.method, request.path, error)
    return _problem(request, Invalid("A value holds characters, or is of a size, that cannot be stored."))


def _at_once(request: HttpRequest, error: OperationalError) -> HttpResponse:
    """Answer for two writes of one thing at the same instant, of which the database lets one through."""
    if not isinstance(error.__cause__, psycopg.errors.SerializationFailure | psycopg.errors.DeadlockDetected):
        return _failed(request, error)
    if "If-Match" in request.headers:
        return changed(request)
    return _problem(
        request, Conflict("Somebody changed the same thing at this moment.", remedy="Send the request again.")
    )


def _too_big(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
    del error
    most = filesizeformat(settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
    return _plain(request, 413, f"The request is larger than {most}.", "Send a file as multipart/form-data.")


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
