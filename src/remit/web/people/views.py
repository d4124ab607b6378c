"""The signed-in person's own page, the people here, and inviting them; sign-in itself is allauth's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from remit.people import actions, queries, rules
from remit.web import forms
from remit.web.people.forms import Invitation, NewUnit

PAGE = 50


@dataclass(frozen=True, slots=True)
class Duties:
    """A person in a list: who, the roles they hold in words, and until when they are away."""

    person: Any
    roles: list[str]
    away: Any


def me(request: HttpRequest) -> HttpResponse:
    """Show who I am, the roles I hold now, and how I sign in."""
    held = queries.roles_of(request.user)
    roles = sorted((rules.roles()[role] for role in held), key=lambda role: role.name)
    return render(request, "people/me.html", {"roles": roles, "crumbs": [("Your account", "")]})


def everybody(request: HttpRequest) -> HttpResponse:
    """List the people and their duties, fifty a page; found by name, title, address or unit."""
    queries.require(request.user, "people.read")
    text, left = request.GET.get("q", "").strip()[:80], request.GET.get("who") == "left"
    page = Paginator(queries.directory(text, left=left), PAGE).get_page(request.GET.get("page"))
    context = {
        "rows": duties(page.object_list),
        "page": page,
        "q": text,
        "left": left,
        "tab": "people",
        "may_invite": queries.may(request.user, "people.invite"),
        "nav": "people",
        "crumbs": [("People", "")],
    }
    partial = request.htmx and request.htmx.target == "result"
    return render(request, "people/result.html" if partial else "people/people.html", context)


def duties(people: Any) -> list[Duties]:
    """Return people as lists show them, in two reads."""
    names = {role.id: role.name for role in rules.roles().values()}
    held, away = queries.grants_by_person(people), queries.away_now(people)
    return [
        Duties(
            person=person,
            roles=sorted({names.get(grant.role, grant.role) for grant in held.get(person.pk, ())}),
            away=away.get(person.pk),
        )
        for person in people
    ]


def suggest(request: HttpRequest) -> HttpResponse:
    """Offer up to ten people whose name or address holds what is being typed in any field."""
    queries.require(request.user, "people.read")
    typed = next((value for value in request.GET.values() if value.strip()), "").partition("<")[0]
    return render(request, "people/suggestions.html", {"people": queries.directory(typed.strip()[:80])[:10]})


def invite(request: HttpRequest) -> HttpResponse:
    """Add a person with their duties, or a unit to put them in."""
    queries.require(request.user, "people.invite")
    adding_unit = "add-unit" in request.POST
    form = Invitation(request.POST if request.POST and not adding_unit else None)
    unit_form = NewUnit(request.POST if adding_unit else None, prefix="unit")
    if adding_unit and forms.done(
        unit_form, lambda given: actions.create_unit(acting_user=request.user, **given)
    ):
        messages.success(request, f"{unit_form.cleaned_data['name'].strip()} is a unit now.")
        return redirect("people:invite")
    if form.is_bound and forms.done(form, lambda given: _invite(request.user, given)):
        given = form.cleaned_data
        messages.success(request, f"{given['name']} can sign in as {given['email'].lower()}.")
        return redirect("people:people")
    crumbs = [("People", reverse("people:people")), ("Invite", "")]
    context = {"form": form, "unit_form": unit_form, "crumbs": crumbs, "nav": "people"}
    return render(
        request, "people/invite.html", context, status=422 if form.errors or unit_form.errors else 200
    )


def _invite(who: Any, given: dict[str, Any]) -> None:
    actions.invite(acting_user=who, **given | {"roles": tuple(given["roles"])})
