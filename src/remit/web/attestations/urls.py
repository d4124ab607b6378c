"""Addresses of attestation campaigns and of what one owner signs."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from remit.web.attestations import views
from remit.web.rooms import Nav

app_name = "attestations"
NAV = Nav("attestations", "Attestations", "attestations:list", icon="writing-sign", order=70)
urlpatterns: list[URLPattern | URLResolver] = [
    path("attestations/", views.campaigns, name="list"),
    path("attestations/new", views.new, name="new"),
    path("attestations/<str:reference>/", views.campaign, name="campaign"),
    path("attestations/<str:reference>/close", views.close, name="close"),
    path("attestations/<str:reference>/<uuid:identifier>/", views.answer, name="answer"),
]
