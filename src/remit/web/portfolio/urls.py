"""Address of the portfolio."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from remit.web.portfolio import views
from remit.web.rooms import Nav

app_name = "portfolio"
NAV = Nav("portfolio", "Portfolio", "portfolio:portfolio", icon="chart-dots", order=20)
urlpatterns: list[URLPattern | URLResolver] = [
    path("portfolio/", views.portfolio, name="portfolio"),
    path("portfolio/measures/", views.measures, name="measures"),
]
