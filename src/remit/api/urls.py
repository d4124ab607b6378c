"""Addresses of the API; what is none of them is a problem too, not a page."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path, re_path

from remit.api import errors
from remit.api.app import addresses, build

api = build()
urlpatterns: list[URLPattern | URLResolver] = [
    path("v1/", include((addresses(api), "ninja"), namespace=api.urls_namespace)),
    re_path(r"^.*$", errors.not_found),
]
