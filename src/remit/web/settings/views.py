"""The settings: an index, the rules of the record, and the custom fields."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from remit.inventory import actions, queries
from remit.inventory.record import IDENTIFIER
from remit.inventory.rules import completeness, edits
from remit.kernel.problems import Problem
from remit.people import queries as people
from remit.people import rules as roles
from remit.people.policies import policy
from remit.web import forms, rooms, words
from remit.web.settings.forms import FieldForm, NewFieldForm

_OF = {"use_case": "Use cases", "model": "Models", "version": "Versions"}


def home(request: HttpRequest) -> HttpResponse:
    """List what can be ruled, as far as this person may see it."""
    policy("field").require(request.user, "read")
    pages = [
        {"setting": setting, "href": reverse(setting.route)}
        for setting in rooms.settings()
        if people.may(request.user, setting.permission)
    ]
    return render(
        request, "settings/home.html", {"pages": pages, "nav": "settings", "crumbs": [("Settings", "")]}
    )


def _kinds(names: Sequence[str]) -> str:
    return ", ".join(words.kind(name) for name in names)


def record(request: HttpRequest) -> HttpResponse:
    """Show what is required from which stage on, and what is watched and by whom."""
    policy("field").require(request.user, "read")
    required = [
        {
            "of": _OF[row["of"]],
            "label": row["label"],
            "since": row["from"],
            "kinds": _kinds(row.get("kinds", ())),
        }
        for row in completeness.required()
    ]
    own = [
        {"of": _OF[f.of], "label": f.label, "since": f.required_from, "kinds": _kinds(f.kinds), "own": True}
        for f in queries.fields()
        if f.required_from
    ]
    watched = [
        {"of": _OF[of], "label": edits.FIELDS[of][name].label, "who": roles.who_may(permission)}
        for of in edits.FIELDS
        for name, permission in edits.watched(of).items()
    ]
    context = {
        "required": required + own,
        "watched": watched,
        "definition": IDENTIFIER,
        "nav": "settings",
        "crumbs": _crumbs(("Rules of the record", "")),
    }
    return render(request, "settings/record.html", context)


def fields(request: HttpRequest) -> HttpResponse:
    """List the custom fields."""
    policy("field").require(request.user, "read")
    context = {
        "fields": list(queries.fields()),
        "retired": list(queries.fields(retired=True)),
        "may_define": policy("field").may(request.user, "define"),
        "nav": "settings",
        "crumbs": _crumbs(("Custom fields", "")),
    }
    return render(request, "settings/fields.html", context)


def define(request: HttpRequest) -> HttpResponse:
    """Define a custom field."""
    policy("field").require(request.user, "define")
    form = NewFieldForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.define_field(acting_user=request.user, **form.definition())
        except Problem as problem:
            forms.show(form, problem)
        else:
            messages.success(request, f"{made.label} is a field now.")
            return redirect("settings:fields")
    return _shown(request, form, None)


def edit(request: HttpRequest, of: str, key: str) -> HttpResponse:
    """Change how a custom field is laid out."""
    policy("field").require(request.user, "define")
    found = queries.field(of, key)
    form = FieldForm(request.POST or None, initial=FieldForm.said_of(found), type_=found.type)
    if request.method == "POST" and form.is_valid():
        try:
            actions.edit_field(acting_user=request.user, field=found, changes=form.layout())
        except Problem as problem:
            forms.show(form, problem)
        else:
            messages.success(request, f"{found.label} is saved.")
            return redirect("settings:fields")
    return _shown(request, form, found)


@require_POST
def retire(request: HttpRequest, of: str, key: str) -> HttpResponse:
    """Take a custom field out of use."""
    found = actions.retire_field(acting_user=request.user, field=queries.field(of, key))
    messages.success(request, f"{found.label} is retired. What records said in it stays in the ledger.")
    return redirect("settings:fields")


def _shown(request: HttpRequest, form: FieldForm, found: Any) -> HttpResponse:
    here = found.label if found else "Add a field"
    context = {
        "form": form,
        "field": found,
        "facts": ("use_case", "model", "version", "custom"),
        "nav": "settings",
        "crumbs": _crumbs(("Custom fields", reverse("settings:fields")), (here, "")),
    }
    return render(request, "settings/field.html", context, status=422 if form.errors else 200)


def _crumbs(*rest: tuple[str, str]) -> list[tuple[str, str]]:
    return [("Settings", reverse("settings:home")), *rest]
