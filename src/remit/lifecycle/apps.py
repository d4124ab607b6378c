"""Registers the app with Django."""

from django.apps import AppConfig


class LifecycleConfig(AppConfig):
    """Lifecycle."""

    name = "remit.lifecycle"
    default_auto_field = "django.db.models.BigAutoField"
