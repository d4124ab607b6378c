"""Addresses of the list of models, of filing a use case, and of a use case."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from remit.web.models import intake, views
from remit.web.rooms import Nav

app_name = "models"
NAV = Nav("models", "Models", "models:list", icon="stack-2", order=30, count=views.count)
urlpatterns: list[URLPattern | URLResolver] = [
    path("models/", views.models, name="list"),
    path("use-cases/new", intake.file, name="file"),
    path("use-cases/<slug:key>/", intake.use_case, name="use_case"),
]
