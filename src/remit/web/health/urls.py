"""Addresses of the health answer."""

from django.urls import path

from remit.web.health import views

app_name = "health"
urlpatterns = [path("health", views.health, name="health")]
