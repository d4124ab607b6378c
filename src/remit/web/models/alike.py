"""What a use case that is being filed may be a duplicate of, shown while its form is filled in."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from remit.inventory import queries
from remit.people import queries as people
from remit.people.policies import policy


def alike(request: HttpRequest) -> HttpResponse:
    """List use cases like the one on the form, each with what is alike."""
    people.require(request.user, "use_case.file")
    given = {name: request.GET.get(name, "").strip()[:4000] for name in ("name", "decision", "columns")}
    among = policy("use_case").visible(request.user, queries.use_cases())
    found = queries.similar(
        given["name"], given["decision"], given["columns"].split(","), among=among.order_by()
    )
    return render(request, "models/alike.html", {"found": found})
