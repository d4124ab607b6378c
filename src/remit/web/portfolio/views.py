"""The portfolio."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from remit.lifecycle import queries as lifecycle
from remit.people import queries as people
from remit.web.portfolio.board import Board


def portfolio(request: HttpRequest) -> HttpResponse:
    """Show what is in business, where the rest waits and with whom, and who answers for it."""
    board = Board()
    context = {
        "board": board,
        "mine": lifecycle.my_tasks(request.user)[:4],
        "may_file": people.may(request.user, "use_case.file"),
        "nav": "portfolio",
        "crumbs": [("Portfolio", "")],
    }
    return render(request, "portfolio/portfolio.html", context)
