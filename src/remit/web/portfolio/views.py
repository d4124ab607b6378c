"""The portfolio."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from remit.inventory import queries as inventory
from remit.kernel import clock
from remit.lifecycle import queries as lifecycle
from remit.people import queries as people
from remit.people.policies import policy
from remit.value import queries as value
from remit.value.contract import Scope
from remit.web.portfolio.board import Board

YEAR = timedelta(days=365)


def portfolio(request: HttpRequest) -> HttpResponse:
    """Show what is in business, where the rest waits and with whom, and who answers for it."""
    board = Board(request.user)
    context = {
        "board": board,
        "mine": lifecycle.my_tasks(request.user)[:4],
        "may_file": people.may(request.user, "use_case.file"),
        "nav": "portfolio",
        "crumbs": [("Portfolio", "")],
    }
    return render(request, "portfolio/portfolio.html", context)


def measures(request: HttpRequest) -> HttpResponse:
    """Show every KPI over the last twelve months; apart, because the decision store is read for it."""
    now = clock.now()
    seen = policy("value").visible(request.user, inventory.use_cases())
    everything = people.visible_units(request.user, "value.read") is None
    among = None if everything else frozenset(seen.values_list("pk", flat=True))
    scope = Scope(since=now - YEAR, until=now, use_cases=among)
    context = {"worth": value.worth_of(scope), "kpis": value.all_kpis(scope), "since": scope.since}
    return render(request, "portfolio/measures.html", context)
