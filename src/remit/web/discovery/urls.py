"""Addresses of the discovery queue."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from remit.web.discovery import views
from remit.web.rooms import Nav

app_name = "discovery"
NAV = Nav(
    "discovery",
    "Discovery",
    "discovery:queue",
    icon="radar-2",
    order=65,
    count=views.count,
    permission="sighting.reconcile",
)
urlpatterns: list[URLPattern | URLResolver] = [
    path("discovery/", views.queue, name="queue"),
    path("discovery/answer", views.answer, name="answer"),
    path("discovery/<uuid:identifier>/link", views.link, name="link"),
    path("discovery/<uuid:identifier>/register", views.register, name="register"),
    path("discovery/<uuid:identifier>/reopen", views.reopen, name="reopen"),
]
