"""What holds for every operation: conditional requests (RFC 9110) and writes that may be repeated.

- A GET answers an `ETag`; `If-None-Match` is answered with 304 where nothing changed.
- A write with `If-Match` is done only if the GET of the same address still answers that tag, else 412. Both
  see one snapshot, so nothing can change in between.
- A POST with an `Idempotency-Key` is done once; repeated within a day it gets the same answer.
"""

from __future__ import annotations

import copy
import functools
import hashlib
from collections.abc import Callable, Iterator
from typing import Any

from django.db import connection, transaction
from django.http import HttpRequest, QueryDict
from django.http.response import HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.http import parse_etags
from ninja.operation import Operation

from remit.api import errors
from remit.kernel.problems import Conflict
from remit.ledger import requests
from remit.ledger.capture import actor_of

Run = Callable[..., HttpResponseBase]
_SAFE = {"GET", "HEAD", "OPTIONS"}
_REPLAYED = ("Content-Type", "Location", "ETag")


def exchange(run: Run) -> Run:
    """Decorate an operation's `run`."""
    operation: Operation = run.__self__  # type: ignore[attr-defined]

    @functools.wraps(run)
    def exchanging(request: HttpRequest, **values: Any) -> HttpResponseBase:
        if request.method in _SAFE:
            return _read(request, run(request, **values))
        key = request.headers.get("Idempotency-Key") if request.method == "POST" else None
        expected = request.headers.get("If-Match")
        if key is None and expected is None:
            return _tagged(request, run(request, **values))
        # who asks decides which answer may be repeated, so this comes before anything is looked up
        refusal = operation._run_checks(request)
        if refusal is not None:
            return refusal
        try:
            return _tagged(request, _write(operation, run, request, values, key=key, expected=expected))
        except Exception as fault:  # noqa: BLE001 - what the commit raises is answered as any other fault
            return operation.api.on_exception(request, fault)

    return exchanging


def tag_of(answer: HttpResponse) -> str:
    """Return the strong entity tag of an answer's content."""
    return f'"{hashlib.sha256(answer.content).hexdigest()[:32]}"'


def _read(request: HttpRequest, answer: HttpResponseBase) -> HttpResponseBase:
    if answer.status_code != 200 or not isinstance(answer, HttpResponse):
        return answer
    tag = tag_of(answer)
    answer["ETag"] = tag
    answer.setdefault("Cache-Control", "private, no-cache")
    patch_vary_headers(answer, ("Authorization", "Cookie"))
    conditional = get_conditional_response(request, etag=tag, response=answer)
    return errors.changed(request) if conditional.status_code == 412 else conditional


def _tagged(request: HttpRequest, answer: HttpResponseBase) -> HttpResponseBase:
    """Give the answer of a change the tag that a GET of the address would have: both answer the same."""
    if request.method in {"PATCH", "PUT"} and answer.status_code == 200 and isinstance(answer, HttpResponse):
        answer["ETag"] = tag_of(answer)
    return answer


def _write(
    operation: Operation,
    run: Run,
    request: HttpRequest,
    values: Any,
    *,
    key: str | None,
    expected: str | None,
) -> HttpResponseBase:
    fresh = not connection.in_atomic_block
    with transaction.atomic():
        if expected is not None and fresh:
            # a row that somebody changes after the tag was compared then fails instead of being overwritten
            with connection.cursor() as cursor:
                cursor.execute("set transaction isolation level repeatable read")
        repeatable = (
            None
            if key is None
            else {"actor": actor_of(request.user), "key": key, "request_sha256": _digest(request)}
        )
        if repeatable is not None:
            before = requests.answered(**repeatable)
            if before is not None:
                return _again(before)
        if expected is not None and not _matches(operation, request, values, expected):
            return errors.changed(request)
        answer = run(request, **values)
        if answer.status_code >= 400:
            transaction.set_rollback(True)
        elif repeatable is not None and isinstance(answer, HttpResponse):
            requests.keep(**repeatable, answer=_kept(answer))
        return answer


def _matches(operation: Operation, request: HttpRequest, values: Any, expected: str) -> bool:
    """Tell whether the GET of the same address answers one of the expected tags."""
    reading = next((each for each in _beside(operation) if "GET" in each.methods), None)
    if reading is None:
        return False
    asked: Any = copy.copy(request)
    asked.method, asked.GET = "GET", QueryDict()
    blank = reading.api.create_temporal_response(asked)
    found = reading.view_func(asked, **reading._get_values(asked, values, blank))
    answer = reading._result_to_response(asked, found, blank)
    return expected.strip() == "*" or tag_of(answer) in parse_etags(expected)


def _beside(operation: Operation) -> Iterator[Operation]:
    """Yield the operations of the same address."""
    for router in operation.api._get_bound_routers():
        view = router.path_operations.get(operation.path)
        yield from view.operations if view else ()


def _digest(request: HttpRequest) -> str:
    """Return what tells this request from another: its address, and its content whatever its boundaries."""
    content = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode())
    if (request.content_type or "").startswith("multipart/"):
        for name, given in sorted(request.POST.lists()):
            content.update(repr((name, given)).encode("utf-8", "backslashreplace"))
        for name, files in sorted(request.FILES.lists()):
            for file in files:
                content.update(f"{name} {file.name} {file.size}\n".encode("utf-8", "backslashreplace"))
                for chunk in file.chunks():
                    content.update(chunk)
                file.seek(0)
    else:
        content.update(request.body)
    return content.hexdigest()


def _kept(answer: HttpResponse) -> requests.Answer:
    shown_once = "no-store" in answer.get("Cache-Control", "")
    headers = {name: answer[name] for name in _REPLAYED if name in answer}
    return requests.Answer(answer.status_code, headers, None if shown_once else answer.content)


def _again(before: requests.Answer) -> HttpResponse:
    if before.body is None:
        raise Conflict(
            "This was done, and its answer is shown once only.", remedy="Make another one, with another key."
        )
    answer = HttpResponse(before.body, status=before.status)
    for name, value in before.headers.items():
        answer[name] = value
    answer["Idempotent-Replayed"] = "true"
    return answer
