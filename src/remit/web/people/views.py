"""The signed-in person's own page, the people here, and inviting them; sign-in itself is allauth's."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from remit.kernel.problems import Problem
from remit.people import actions, queries, rules
from remit.web import forms
from remit.web.people.forms import Invitation, NewUnit


def me(request: HttpRequest) -> HttpResponse:
    """Show who I am, the roles I hold now, and how I sign in."""
    held = queries.roles_of(request.user)
    roles = sorted((rules.roles()[role] for role in held), key=lambda role: role.name)
    return render(request, "people/me.html", {"roles": roles, "crumbs": [("Your account", "")]})


def everybody(request: HttpRequest) -> HttpResponse:
    """List the people and their duties."""
    names = {role.id: role.name for role in rules.roles().values()}
    found = list(queries.directory())
    held = queries.grants_by_person(found)
    people = [
        {"person": person, "roles": sorted({names[g.role] for g in held.get(person.pk, ())})}
        for person in found
    ]
    context = {
        "people": people,
        "may_invite": queries.may(request.user, "people.invite"),
        "crumbs": [("People", "")],
    }
    return render(request, "people/people.html", context)


def invite(request: HttpRequest) -> HttpResponse:
    """Add a person with their duties, or a unit to put them in."""
    queries.require(request.user, "people.invite")
    adding_unit = "add-unit" in request.POST
    form = Invitation(request.POST if request.POST and not adding_unit else None)
    unit_form = NewUnit(request.POST if adding_unit else None, prefix="unit")
    if adding_unit and unit_form.is_valid():
        try:
            unit = actions.create_unit(acting_user=request.user, **unit_form.cleaned_data)
        except Problem as problem:
            forms.show(unit_form, problem)
        else:
            messages.success(request, f"{unit.name} is a unit now.")
            return redirect("people:invite")
    if form.is_bound and form.is_valid():
        given = form.cleaned_data | {"roles": tuple(form.cleaned_data["roles"])}
        try:
            person = actions.invite(acting_user=request.user, **given)
        except Problem as problem:
            forms.show(form, problem)
        else:
            messages.success(request, f"{person.name} can sign in as {person.email}.")
            return redirect("people:people")
    crumbs = [("People", reverse("people:people")), ("Invite", "")]
    context = {"form": form, "unit_form": unit_form, "crumbs": crumbs}
    return render(
        request, "people/invite.html", context, status=422 if form.errors or unit_form.errors else 200
    )
