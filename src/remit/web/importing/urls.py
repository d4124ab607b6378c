"""Addresses of imports, and of the export of a list of models."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from remit.web.importing import views
from remit.web.rooms import Nav

app_name = "importing"
NAV = Nav("import", "Import", "importing:runs", icon="file-import", order=70, permission="import.read")
urlpatterns: list[URLPattern | URLResolver] = [
    path("import/", views.runs, name="runs"),
    path("import/template.csv", views.template, name="template"),
    path("import/<str:reference>/", views.run, name="run"),
    path("import/<str:reference>/map", views.change, name="map"),
    path("import/<str:reference>/apply", views.apply, name="apply"),
    path("import/<str:reference>/progress", views.progress, name="progress"),
    path("import/<str:reference>/faults.csv", views.faults, name="faults"),
    path("models/export", views.export, name="export"),
]
