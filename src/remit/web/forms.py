"""How a problem that an action raised comes back to the form that caused it."""

from __future__ import annotations

from django.forms import BaseForm

from remit.kernel.problems import Problem


def show(form: BaseForm, problem: Problem) -> None:
    """Put a problem on its fields, or above the form when it is about none of them."""
    fields = problem.members.get("fields") or {}
    for name, message in fields.items():
        form.add_error(name if name in form.fields else None, message)
    if not fields:
        form.add_error(None, str(problem))
