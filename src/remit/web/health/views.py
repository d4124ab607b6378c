"""The health answer: machine-readable, open to all, and silent about everything governed."""

from __future__ import annotations

from importlib import metadata

from django.contrib.auth.decorators import login_not_required
from django.db import Error, connection
from django.http import HttpRequest, JsonResponse

from remit.kernel import clock


@login_not_required
def health(request: HttpRequest) -> JsonResponse:
    """Answer 200 if the database answers, else 503; say when this installation's time is injected."""
    del request
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        database = False
    else:
        database = True
    body = {
        "status": "ok" if database else "unavailable",
        "database": database,
        "version": metadata.version("remit"),
        "time": clock.now().isoformat(),
        "time_injected": clock.injected(),
    }
    return JsonResponse(body, status=200 if database else 503, headers={"Cache-Control": "no-store"})
