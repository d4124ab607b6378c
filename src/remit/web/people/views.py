"""The signed-in person's own page; sign-in itself is allauth's, in our templates."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from remit.people import queries, rules


def me(request: HttpRequest) -> HttpResponse:
    """Show who I am, the roles I hold now, and how I sign in."""
    held = queries.roles_of(request.user)
    roles = sorted((rules.roles()[role] for role in held), key=lambda role: role.name)
    return render(request, "people/me.html", {"roles": roles, "crumbs": [("Your account", "")]})
