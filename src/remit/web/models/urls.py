"""Addresses of the list of models, its views and bulk actions, of filing a use case, and of a use case."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from remit.web.models import alike, bulk, intake, views
from remit.web.rooms import Nav

app_name = "models"
NAV = Nav("models", "Models", "models:list", icon="stack-2", order=30, count=views.count)
urlpatterns: list[URLPattern | URLResolver] = [
    path("models/", views.models, name="list"),
    path("models/facet/<slug:key>", views.facet, name="facet"),
    path("models/columns", views.columns, name="columns"),
    path("models/views", views.save, name="save_view"),
    path("models/views/<uuid:view>/remove", views.remove, name="remove_view"),
    path("models/views/<uuid:view>/pin", views.pin_view, name="pin_view"),
    path("models/bulk/tags", bulk.tags, name="bulk_tags"),
    path("models/bulk/owner", bulk.owner, name="bulk_owner"),
    path("models/<slug:reference>/pin", views.pin_model, name="pin_model"),
    path("use-cases/alike", alike.alike, name="alike"),
    path("use-cases/new", intake.file, name="file"),
    path("use-cases/<slug:key>/", intake.use_case, name="use_case"),
]
