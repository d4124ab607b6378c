"""My tasks: what waits for me, what waits in my roles' queues, what I did last."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from remit.lifecycle import queries
from remit.web.rooms import Count


def count(person: Any) -> Count | None:
    """Return how many open tasks I have, red when one is late."""
    tasks = queries.my_tasks(person)
    late = sum(1 for task in tasks if task.clock and task.clock.tone == "late")
    note = f"{late} past {'its clock' if late == 1 else 'their clocks'}" if late else ""
    return Count(len(tasks), late=late > 0, note=note) if tasks else None


def mine(request: HttpRequest) -> HttpResponse:
    """List my open tasks with the earliest due first, and what I completed last."""
    tasks = queries.my_tasks(request.user)
    context = {
        "mine": [task for task in tasks if task.person],
        "queued": [task for task in tasks if not task.person],
        "done": queries.completed_tasks(request.user),
        "late": sum(1 for task in tasks if task.clock and task.clock.tone == "late"),
        "nav": "tasks",
        "crumbs": [("My tasks", "")],
    }
    return render(request, "tasks/mine.html", context)
