"""Addresses of the audit ledger."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from remit.web.audit import views
from remit.web.rooms import Nav

app_name = "audit"
NAV = Nav("audit", "Audit ledger", "audit:ledger", icon="timeline", order=60)
urlpatterns: list[URLPattern | URLResolver] = [
    path("audit/", views.ledger, name="ledger"),
    path("audit/<int:entry>/", views.ledger, name="entry"),
    path("audit/export", views.export, name="export"),
]
