"""Addresses of decisions."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from remit.web.decisions import listing, views
from remit.web.rooms import Nav

app_name = "decisions"
NAV = Nav("decisions", "Decisions", "decisions:list", icon="arrows-split-2", order=50)
urlpatterns: list[URLPattern | URLResolver] = [
    path("decisions/", listing.decisions, name="list"),
    path("decisions/<uuid:decision>/", views.decision, name="decision"),
    path("decisions/<uuid:decision>/record.json", views.record, name="record"),
]
