"""Addresses of SCIM; what is none of them is a SCIM error too, not a page."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path, re_path

from remit.api.scim import views

app_name = "scim"
urlpatterns: list[URLPattern | URLResolver] = [
    path("ServiceProviderConfig", views.config, name="config"),
    path("ResourceTypes", views.resource_types, name="resource_types"),
    path("ResourceTypes/<str:name>", views.resource_types, name="resource_type"),
    path("Schemas", views.schemas, name="schemas"),
    path("Schemas/<str:name>", views.schemas, name="schema"),
    path(".search", views.search, name="search"),
    path("Users", views.users, name="users"),
    path("Users/.search", views.search_users, name="search_users"),
    path("Users/<str:key>", views.user, name="user"),
    path("Groups", views.groups, name="groups"),
    path("Groups/.search", views.search_groups, name="search_groups"),
    path("Groups/<str:key>", views.group, name="group"),
    re_path(r"^.*$", views.nothing),
]
