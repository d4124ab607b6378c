"""My tasks: what waits for me, what waits in my roles' queues, what I did last."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from remit.lifecycle import queries
from remit.web import rooms
from remit.web.rooms import Count


def count(person: Any) -> Count | None:
    """Return how many open tasks I have, and what else waits for me, red when one is late."""
    tasks, asked = queries.my_tasks(person), rooms.asks(person)
    late = sum(1 for task in tasks if task.clock and task.clock.tone == "late")
    late += sum(1 for ask in asked if ask.late)
    note = f"{late} past {'its clock' if late == 1 else 'their clocks'}" if late else ""
    return Count(len(tasks) + len(asked), late=late > 0, note=note) if tasks or asked else None


def mine(request: HttpRequest) -> HttpResponse:
    """List my open tasks with the earliest due first, and what I completed last."""
    tasks, asked = queries.my_tasks(request.user), rooms.asks(request.user)
    late = sum(1 for task in tasks if task.clock and task.clock.tone == "late")
    context = {
        "asks": asked,
        "mine": [task for task in tasks if task.person],
        "queued": [task for task in tasks if not task.person],
        "done": queries.completed_tasks(request.user),
        "late": late + sum(1 for ask in asked if ask.late),
        "nav": "tasks",
        "crumbs": [("My tasks", "")],
    }
    return render(request, "tasks/mine.html", context)
