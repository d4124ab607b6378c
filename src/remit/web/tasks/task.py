"""One task: what is needed to decide it, and the answer."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from remit.kernel.problems import Denied, Invalid, Problem
from remit.lifecycle import actions
from remit.serving import actions as serving
from remit.web import forms
from remit.web.tasks.forms import Answer, label
from remit.web.tasks.page import TaskPage


def task(request: HttpRequest, reference: str) -> HttpResponse:
    """Show a task, and take its answer; what the action refuses comes back on the form."""
    page = TaskPage(reference, request.user)
    form = Answer(
        request.POST or None,
        kind=page.task.kind,
        outcomes=page.detail.outcomes,
        judged=bool(page.detail.approval),
    )
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                _answer(request.user, page, form.cleaned_data)
            except Problem as problem:
                forms.show(form, problem)
                status = problem.status
            else:
                done, _ = label(page.task.kind, form.cleaned_data["outcome"])
                messages.success(request, f"{page.title}: {done.lower()}. It is in the ledger.")
                return redirect("tasks:mine")
    context = {
        "page": page,
        "form": form,
        "outcome": label(page.task.kind, page.task.outcome)[0] if page.task.outcome else "",
        "nav": "tasks",
        "crumbs": [("My tasks", reverse("tasks:mine")), (page.title, "")],
    }
    return render(request, "tasks/task.html", context, status=status)


@require_POST
def take(request: HttpRequest, reference: str) -> HttpResponse:
    """Take a task out of a queue."""
    page = TaskPage(reference, request.user)
    if page.detail.denied:
        raise Denied(page.detail.denied)
    actions.assign_task(acting_user=request.user, task=page.task, assignee=request.user)
    messages.success(request, "The task is yours.")
    return redirect("tasks:task", reference=page.row.reference)


def _answer(person: Any, page: TaskPage, given: dict[str, Any]) -> None:
    """Complete the task; a deployment comes before the answer that says it is done, or neither happens."""
    answer = {
        "outcome": given["outcome"],
        "reason": given["reason"],
        "conditions": given.get("conditions", ""),
    }
    if page.task.kind != "deploy" or page.detail.denied:
        actions.complete_task(acting_user=person, task=page.task, **answer)
        return
    with transaction.atomic():
        _deploy(person, page, given["variant"], given["share"] / 100)
        actions.complete_task(acting_user=person, task=page.task, **answer)


def _deploy(person: Any, page: TaskPage, variant: str, share: float) -> None:
    """Deploy the version with a share of the traffic, unless it is at work as this variant already."""
    others = [d for d in page.deployments if d.variant not in {variant, "shadow"}]
    if any(d.version_id == page.version.pk and d.variant == variant for d in page.deployments):
        return
    if others and share == 1:
        message = "Something else serves too: give less than 100 percent, or end it first."
        raise Invalid(message, fields={"share": message})
    weight = sum(d.weight for d in others) * share / (1 - share) if others else 1.0
    serving.deploy(acting_user=person, version=page.version, variant=variant, weight=weight)
