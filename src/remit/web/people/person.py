"""A person: what they hold, where and until when, what they answer for, who stands in, what happened."""

from __future__ import annotations

from functools import cached_property
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from remit.inventory import queries as inventory
from remit.kernel import clock
from remit.ledger import queries as ledger
from remit.people import actions, queries, rules
from remit.people.policies import policy
from remit.web import forms
from remit.web.people.forms import Away, GiveRole, Leaving, PersonDetails
from remit.web.people.telling import happened

_MOST = 50


class PersonPage:
    """Everything about a person, read once a request."""

    def __init__(self, identifier: UUID, who: Any) -> None:
        self.person = queries.user(identifier)
        self.who = who
        self.now = clock.now()

    @property
    def own(self) -> bool:
        """Whether it is the signed-in person themselves."""
        return bool(self.person.pk == self.who.pk)

    @property
    def may_edit(self) -> bool:
        """Whether the signed-in person may correct, deactivate and mark them away."""
        return queries.may(self.who, "people.edit", unit=self.person.unit)

    @property
    def may_assign(self) -> bool:
        """Whether the signed-in person may give and end roles somewhere."""
        return self.person.is_active and queries.may(self.who, "people.assign")

    @property
    def may_say_away(self) -> bool:
        """Whether the signed-in person may say when they are away."""
        return bool(self.person.is_active and (self.own or self.may_edit))

    @cached_property
    def assignments(self) -> list[Any]:
        """The roles given to them, lasting first, each with its name and its use case."""
        rows = list(queries.assignments_of(self.person))
        cases = {c.pk: c for c in inventory.use_cases().filter(pk__in=[r.subject_id for r in rows])}
        for row in rows:
            row.name, row.use_case = self.role_name(row.role), cases.get(row.subject_id)
        return rows

    @property
    def lasting(self) -> list[Any]:
        """Those in force or to come."""
        return [row for row in self.assignments if row.valid_to is None or row.valid_to > self.now]

    @property
    def ended(self) -> list[Any]:
        """Those that are over, the latest first."""
        return [row for row in self.assignments if row.valid_to is not None and row.valid_to <= self.now]

    @cached_property
    def lent(self) -> list[Any]:
        """The roles they hold by a group, by standing in or in an emergency: name, where, until, by what."""
        units = {unit.pk: unit.name for unit in queries.units()}
        how = {"group": "Group {}", "deputy": "Stands in for {}", "emergency": "Emergency {}"}
        return [
            (
                self.role_name(grant.role),
                units.get(grant.unit, "The whole organisation"),
                grant.ends,
                how[grant.via].format(grant.of),
            )
            for grant in queries.grants_of(self.person)
            if grant.via != "own"
        ]

    @cached_property
    def absences(self) -> list[Any]:
        """When they are away, now and later."""
        return list(queries.absences_of(self.person))

    @property
    def away(self) -> Any:
        """The absence that lasts now, or None."""
        return next((absence for absence in self.absences if absence.valid_from <= self.now), None)

    @cached_property
    def owned(self) -> list[Any]:
        """The models they answer for that the signed-in person may see, the first fifty."""
        return list(policy("standing").visible(self.who, inventory.owned_by(self.person))[:_MOST])

    @cached_property
    def groups(self) -> list[Any]:
        """The groups they are in."""
        return list(queries.groups_of(self.person))

    @cached_property
    def heads(self) -> list[Any]:
        """The units they head."""
        return list(queries.units().filter(head=self.person))

    @cached_property
    def events(self) -> list[Any]:
        """What happened about their access, for who may read the ledger and for themselves."""
        if not self.own and not queries.may(self.who, "ledger.read"):
            return []
        return happened(ledger.about(self.person.pk))

    def role_name(self, role: str) -> str:
        """Return how people call a role."""
        known = rules.roles().get(role)
        return known.name if known else role


def page(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """Show a person."""
    return _shown(request, identifier)


def edit(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """Correct a person's name, title, unit or address."""
    person = queries.user(identifier)
    queries.require(request.user, "people.edit", unit=person.unit)
    now = {"name": person.name, "title": person.title, "email": person.email, "unit": person.unit}
    form = PersonDetails(request.POST or None, initial=now)
    act = {"acting_user": request.user, "user": person}
    if form.is_bound and forms.done(form, lambda given: actions.edit_person(**act, **given)):
        messages.success(request, f"{person.name} is up to date.")
        return redirect("people:person", person.pk)
    crumbs = [
        ("People", reverse("people:people")),
        (person.name, reverse("people:person", args=[person.pk])),
        ("Edit", ""),
    ]
    context = {"form": form, "person": person, "crumbs": crumbs, "nav": "people"}
    return render(request, "people/edit.html", context, status=422 if form.errors else 200)


@require_POST
def give_role(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """Give a person a role."""
    queries.require(request.user, "people.assign")
    form = GiveRole(request.POST)
    if forms.done(form, lambda given: _give(request.user, queries.user(identifier), given)):
        messages.success(request, f"{rules.roles()[form.cleaned_data['role']].name}: given.")
        return redirect("people:person", identifier)
    return _shown(request, identifier, role_form=form)


def _give(who: Any, person: Any, given: dict[str, Any]) -> None:
    case = inventory.use_case(given["use_case"]) if given["use_case"] else None
    actions.assign_role(
        acting_user=who,
        user=person,
        role=given["role"],
        unit=given["unit"],
        subject=case.pk if case else None,
        valid_to=forms.to_end(given["until"]),
        reason=given["reason"],
    )


@require_POST
def end_role(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """End a role now."""
    assignment = queries.assignment(identifier)
    actions.end_role(acting_user=request.user, assignment=assignment, reason="Ended on the person's page")
    messages.success(request, "The role has ended.")
    return redirect("people:person", assignment.user_id)


@require_POST
def leave(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """End everything a person holds."""
    person = queries.user(identifier)
    queries.require(request.user, "people.edit", unit=person.unit)
    form = Leaving(request.POST)
    if forms.done(form, lambda given: actions.leave(acting_user=request.user, user=person, **given)):
        messages.success(request, f"{person.name} has left: roles, tokens and sessions have ended.")
        return redirect("people:person", identifier)
    return _shown(request, identifier, leave_form=form)


@require_POST
def come_back(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """Let a person in again, without any role."""
    person = queries.user(identifier)
    actions.come_back(acting_user=request.user, user=person)
    messages.success(request, f"{person.name} can sign in again, and holds no role until one is given.")
    return redirect("people:person", identifier)


@require_POST
def away(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """Say when a person is away and who stands in."""
    form = Away(request.POST)
    person = queries.user(identifier)

    def act(given: dict[str, Any]) -> None:
        actions.record_absence(
            acting_user=request.user,
            user=person,
            valid_from=forms.from_start(given["first"]),
            valid_to=forms.to_end(given["last"]),
            deputy=given["deputy"],
            reason=given["note"],
        )

    if forms.done(form, act):
        messages.success(request, "The absence is recorded.")
        return redirect("people:person", identifier)
    return _shown(request, identifier, away_form=form)


@require_POST
def back(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """Call an absence off, or end it."""
    absence = queries.absence(identifier)
    actions.cancel_absence(acting_user=request.user, absence=absence)
    messages.success(request, "The absence is over.")
    return redirect("people:person", absence.user_id)


def _shown(request: HttpRequest, identifier: UUID, **bound: Any) -> HttpResponse:
    shown = PersonPage(identifier, request.user)
    if not shown.own:
        queries.require(request.user, "people.read")
    context = {
        "page": shown,
        "role_form": GiveRole(),
        "away_form": Away(),
        "leave_form": Leaving(),
        "nav": "people",
        "crumbs": [("People", reverse("people:people")), (shown.person.name, "")],
    } | bound
    return render(request, "people/person.html", context, status=422 if bound else 200)
