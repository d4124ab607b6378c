"""Addresses of the signed-in person's own page, and of the people here."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from remit.web.people import views

_own: list[URLPattern | URLResolver] = [
    path("account/", views.me, name="me"),
    path("people/", views.everybody, name="people"),
    path("people/invite", views.invite, name="invite"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include((_own, "people"))),
]
