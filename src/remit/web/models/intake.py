"""Filing a use case, and the page of a use case: what was filed, its tier and why, where it stands."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from remit.governance import queries as governance
from remit.governance.actions import assess_tier
from remit.governance.rules import tiering
from remit.inventory import actions, queries
from remit.kernel.problems import Problem
from remit.lifecycle import queries as lifecycle
from remit.people import queries as people
from remit.people.policies import policy
from remit.web import forms
from remit.web.models.forms import IntakeForm, TieringForm


def file(request: HttpRequest) -> HttpResponse:
    """File a use case with its tiering answers, which give it a provisional or complete tier."""
    people.require(request.user, "use_case.file")
    form = IntakeForm(request.POST or None)
    questions = TieringForm(request.POST or None, prefix="tier")
    if request.method == "POST" and form.is_valid() and questions.is_valid():
        try:
            with transaction.atomic():
                filed = actions.file_use_case(
                    acting_user=request.user, form=form.intake(), unit=form.cleaned_data["unit"]
                )
                assess_tier(acting_user=request.user, use_case=filed, answers=questions.answers())
        except Problem as problem:
            forms.show(form, problem)
        else:
            messages.success(request, f"{filed.name} is filed as {filed.reference}.")
            return redirect("models:use_case", key=filed.key)
    context = {
        "form": form,
        "questions": questions,
        "columns": request.POST.get("columns", ""),
        "nav": "models",
        "crumbs": [("Models", reverse("models:list")), ("File a use case", "")],
    }
    return render(
        request, "models/file.html", context, status=422 if form.errors or questions.errors else 200
    )


def use_case(request: HttpRequest, key: str) -> HttpResponse:
    """Show what was filed, the tier and its reasons, and where it stands."""
    found = policy("use_case").find(request.user, queries.use_case, key)
    assessment = governance.latest_tier_assessment(found)
    context = {
        "use_case": found,
        "record": _record(request, found),
        "assessment": assessment,
        "answers": _answers(assessment.answers) if assessment else [],
        "tasks": [lifecycle.row_of(task) for task in lifecycle.open_tasks(found)],
        "models": list(queries.models().filter(use_case=found)),
        "nav": "models",
        "crumbs": [("Models", reverse("models:list")), (found.name, "")],
    }
    return render(request, "models/use_case.html", context)


def _record(request: HttpRequest, found: Any) -> dict[str, Any]:
    """Return how complete the record is, the installation's own fields, and the changes that wait."""
    return {
        "completeness": queries.completeness_of(found),
        "custom": queries.custom_of(found, hidden=queries.hidden(request.user, found)),
        "changes": list(queries.changes_of(found).filter(state="waiting")),
        "may_edit": policy("use_case").may(request.user, "edit", found),
    }


def _answers(given: dict[str, int | None]) -> list[tuple[str, str]]:
    """Return each question's title with the level chosen, in the scheme's order."""
    scores = [(question, given.get(question["id"])) for question in tiering.questions()]
    return [(q["title"], "Not answered" if s is None else q["levels"][s]) for q, s in scores]
