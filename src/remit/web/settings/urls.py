"""Addresses of the settings."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from remit.web.rooms import Nav, Setting
from remit.web.settings import views

app_name = "settings"
NAV = Nav("settings", "Settings", "settings:home", icon="settings", order=90, permission="field.read")
SETTINGS = (
    Setting(
        "Custom fields",
        "What your organisation keeps of use cases and models beside what everybody keeps.",
        "settings:fields",
        icon="forms",
        order=10,
        permission="field.read",
    ),
    Setting(
        "Rules of the record",
        "What a record must say from which stage on, and which changes wait for a second person.",
        "settings:record",
        icon="list-check",
        order=20,
        permission="field.read",
    ),
)
urlpatterns: list[URLPattern | URLResolver] = [
    path("settings/", views.home, name="home"),
    path("settings/record/", views.record, name="record"),
    path("settings/fields/", views.fields, name="fields"),
    path("settings/fields/new", views.define, name="define"),
    path("settings/fields/<slug:of>/<slug:key>/", views.edit, name="edit"),
    path("settings/fields/<slug:of>/<slug:key>/retire", views.retire, name="retire"),
]
