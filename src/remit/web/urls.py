"""Addresses of the pages: those of every room, found by discovery."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from remit.web import rooms, shell

urlpatterns: list[URLPattern | URLResolver] = [
    path("find", shell.find, name="find"),
    path("figures", shell.figures, name="figures"),
    *(path("", include(f"{room}.urls")) for room in rooms.names()),
]
