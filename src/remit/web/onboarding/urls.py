"""Addresses of first run."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from remit.web.onboarding import views

app_name = "onboarding"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.home, name="home"),
    path("welcome", views.welcome, name="welcome"),
]
