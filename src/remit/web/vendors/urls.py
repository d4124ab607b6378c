"""Addresses of the vendors."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from remit.web.rooms import Setting
from remit.web.vendors import views

app_name = "vendors"
SETTINGS = (
    Setting(
        "Vendors",
        "Who supplies models, under which contract, and when due diligence was last done.",
        "vendors:list",
        icon="building-store",
        order=30,
        permission="vendor.read",
    ),
)
urlpatterns: list[URLPattern | URLResolver] = [
    path("vendors/", views.vendors, name="list"),
    path("vendors/new", views.add, name="add"),
    path("vendors/<uuid:vendor>/", views.vendor, name="vendor"),
    path("vendors/<uuid:vendor>/edit", views.edit, name="edit"),
]
