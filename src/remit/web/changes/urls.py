"""Addresses of the change requests."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from remit.web.changes import views
from remit.web.rooms import Nav

app_name = "changes"
NAV = Nav("changes", "Changes", "changes:list", icon="git-pull-request", order=35, count=views.count)
urlpatterns: list[URLPattern | URLResolver] = [
    path("changes/", views.changes, name="list"),
    path("changes/<str:reference>/", views.change, name="change"),
]
