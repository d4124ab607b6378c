"""Groups: who is in them, and the roles they hold together."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from remit.people import actions, queries, rules
from remit.web import forms
from remit.web.people.forms import GroupDuty, GroupName, Member


def everything(request: HttpRequest) -> HttpResponse:
    """List the groups; add one."""
    queries.require(request.user, "people.read")
    form = GroupName(request.POST or None)
    if form.is_bound:
        queries.require(request.user, "people.assign")
        if forms.done(form, lambda given: actions.create_group(acting_user=request.user, **given)):
            messages.success(request, f"{form.cleaned_data['name'].strip()} is a group now.")
            return redirect("people:groups")
    context = {
        "groups": queries.groups(),
        "may_assign": queries.may(request.user, "people.assign"),
        "form": form,
        "tab": "groups",
        "nav": "people",
        "crumbs": [("People", reverse("people:people")), ("Groups", "")],
    }
    return render(request, "people/groups.html", context, status=422 if form.errors else 200)


def page(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """Show a group."""
    return _shown(request, identifier)


@require_POST
def rename(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """Give a group another name."""
    queries.require(request.user, "people.assign")
    form = GroupName(request.POST)
    act = {"acting_user": request.user, "group": queries.group(identifier)}
    if forms.done(form, lambda given: actions.rename_group(**act, **given)):
        messages.success(request, "The group has its new name.")
        return redirect("people:group", identifier)
    return _shown(request, identifier, name_form=form)


@require_POST
def remove(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """End a group and what its members hold by it."""
    group = actions.remove_group(acting_user=request.user, group=queries.group(identifier))
    messages.success(request, f"{group.name} is removed; what its members held by it has ended.")
    return redirect("people:groups")


@require_POST
def add_member(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """Put a person in a group."""
    queries.require(request.user, "people.assign")
    form = Member(request.POST)
    act = {"acting_user": request.user, "group": queries.group(identifier)}
    if forms.done(form, lambda given: actions.add_member(**act, **given)):
        messages.success(request, f"{form.cleaned_data['user'].name} is in the group.")
        return redirect("people:group", identifier)
    return _shown(request, identifier, member_form=form)


@require_POST
def remove_member(request: HttpRequest, identifier: UUID, user: UUID) -> HttpResponse:
    """Take a person out of a group."""
    person = queries.user(user)
    actions.remove_member(acting_user=request.user, group=queries.group(identifier), user=person)
    messages.success(request, f"{person.name} is not in the group any more.")
    return redirect("people:group", identifier)


@require_POST
def give_role(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """Give every member a role."""
    queries.require(request.user, "people.assign")
    form = GroupDuty(request.POST)
    group = queries.group(identifier)

    def act(given: dict[str, Any]) -> None:
        until = forms.to_end(given["until"])
        actions.give_group_role(
            acting_user=request.user, group=group, role=given["role"], unit=given["unit"], valid_to=until
        )

    if forms.done(form, act):
        messages.success(
            request, f"Every member holds the role {rules.roles()[form.cleaned_data['role']].name}."
        )
        return redirect("people:group", identifier)
    return _shown(request, identifier, role_form=form)


@require_POST
def end_role(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """End a role of a group."""
    given = queries.group_role(identifier)
    actions.end_group_role(acting_user=request.user, given=given)
    messages.success(request, "The role has ended for every member.")
    return redirect("people:group", given.group_id)


def _shown(request: HttpRequest, identifier: UUID, **bound: Any) -> HttpResponse:
    queries.require(request.user, "people.read")
    group = queries.group(identifier)
    context = {
        "group": group,
        "members": queries.members(group).select_related("unit"),
        "roles": [(row, rules.roles()[row.role].name) for row in queries.roles_of_group(group)],
        "may_assign": queries.may(request.user, "people.assign"),
        "name_form": GroupName(initial={"name": group.name}),
        "member_form": Member(),
        "role_form": GroupDuty(),
        "nav": "people",
        "crumbs": [
            ("People", reverse("people:people")),
            ("Groups", reverse("people:groups")),
            (group.name, ""),
        ],
    } | bound
    return render(request, "people/group.html", context, status=422 if bound else 200)
