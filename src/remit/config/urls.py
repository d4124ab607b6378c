"""Every address of the control plane."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/", include("remit.api.urls")),
    path("scim/v2/", include("remit.api.scim.urls")),
    path("", include("remit.web.urls")),
]

# Django looks for these here and nowhere else
handler400 = "remit.web.errors.bad_request"
handler403 = "remit.web.errors.denied"
handler404 = "remit.web.errors.not_found"
handler500 = "remit.web.errors.server_error"
