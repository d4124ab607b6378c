"""Registers the app with Django."""

from django.apps import AppConfig


class ServingConfig(AppConfig):
    """Serving."""

    name = "remit.serving"
    default_auto_field = "django.db.models.BigAutoField"
