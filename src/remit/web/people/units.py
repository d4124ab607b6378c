"""The tree of units, a unit, and naming who answers for what has nobody."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from remit.inventory import actions as inventory_actions
from remit.inventory import queries as inventory
from remit.people import actions, queries
from remit.people.policies import policy
from remit.web import forms
from remit.web.people.forms import Owner, UnitDetails
from remit.web.people.views import duties

_MOST = 50


def tree(request: HttpRequest) -> HttpResponse:
    """Show the units as a tree with their heads and what has no active owner; add a unit."""
    queries.require(request.user, "people.read")
    may = queries.may(request.user, "people.organise")
    form = UnitDetails(request.POST or None)
    if form.is_bound:
        queries.require(request.user, "people.organise")
        if forms.done(form, lambda given: actions.create_unit(acting_user=request.user, **given)):
            messages.success(request, f"{form.cleaned_data['name'].strip()} is a unit now.")
            return redirect("people:units")
    orphans = list(policy("use_case").visible(request.user, inventory.ownerless()))
    lost: dict[Any, int] = {}
    for case in orphans:
        lost[case.unit_id] = lost.get(case.unit_id, 0) + 1
    answering = queries.answering()
    context = {
        "branches": [
            {"branch": b, "ownerless": lost.get(b.unit.pk, 0), "headless": answering[b.unit.pk] is None}
            for b in queries.tree()
        ],
        "ownerless": orphans,
        "may_organise": may,
        "form": form,
        "tab": "units",
        "nav": "people",
        "crumbs": [("People", reverse("people:people")), ("Units", "")],
    }
    return render(request, "people/units.html", context, status=422 if form.errors else 200)


def page(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """Show a unit: its head, what is above and under it, its people, its models, and what has no owner."""
    queries.require(request.user, "people.read")
    place = queries.place(identifier)
    unit = place.unit
    models = policy("standing").visible(request.user, inventory.models_in(place.under))
    ownerless = policy("use_case").visible(request.user, inventory.ownerless(place.under))
    people = queries.directory().filter(unit__in=place.under)
    shown, people_n = _first(people)
    listed, models_n = _first(models)
    context = {
        "unit": unit,
        "place": place,
        "people": duties(shown),
        "people_n": people_n,
        "models": listed,
        "models_n": models_n,
        "ownerless": [{"case": case, "may": inventory.may_appoint(request.user, case)} for case in ownerless],
        "may_organise": queries.may(request.user, "people.organise", unit=unit),
        "nav": "people",
        "crumbs": [("People", reverse("people:people")), ("Units", reverse("people:units")), (unit.name, "")],
    }
    return render(request, "people/unit.html", context)


def _first(rows: Any) -> tuple[list[Any], int]:
    """Read the first rows, and how many there are; counted only where there are more."""
    found = list(rows[: _MOST + 1])
    return found[:_MOST], len(found) if len(found) <= _MOST else rows.count()


def edit(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """Rename a unit, move it, or give it a head."""
    unit = queries.unit(identifier)
    queries.require(request.user, "people.organise", unit=unit)
    now = {"name": unit.name, "parent": unit.parent, "head": unit.head}
    form = UnitDetails(request.POST or None, initial=now)
    act = {"acting_user": request.user, "unit": unit}
    if form.is_bound and forms.done(form, lambda given: actions.change_unit(**act, **given)):
        messages.success(request, f"{unit.name} is up to date.")
        return redirect("people:unit", unit.pk)
    crumbs = [
        ("Units", reverse("people:units")),
        (unit.name, reverse("people:unit", args=[unit.pk])),
        ("Edit", ""),
    ]
    context = {"form": form, "unit": unit, "crumbs": crumbs, "nav": "people"}
    return render(request, "people/edit_unit.html", context, status=422 if form.errors else 200)


def appoint(request: HttpRequest, key: str) -> HttpResponse:
    """Name who answers for a use case whose owner has left."""
    case = inventory.use_case(key)
    policy("use_case").seen(request.user, case)
    form = Owner(request.POST or None)
    act = {"acting_user": request.user, "use_case": case}
    if form.is_bound and forms.done(form, lambda given: inventory_actions.appoint_owner(**act, **given)):
        messages.success(request, f"{form.cleaned_data['owner'].name} answers for {case.name} now.")
        return redirect("people:unit", case.unit_id)
    context = {
        "case": case,
        "form": form,
        "may": inventory.may_appoint(request.user, case),
        "head": queries.head_of(case.unit),
        "holders": queries.holders("model_owner", unit=case.unit, subject=case.pk)[:12],
        "nav": "people",
        "crumbs": [
            ("Units", reverse("people:units")),
            (case.unit.name, reverse("people:unit", args=[case.unit_id])),
            (case.name, ""),
        ],
    }
    return render(request, "people/appoint.html", context, status=422 if form.errors else 200)
