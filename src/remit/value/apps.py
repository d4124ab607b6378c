"""Registers the app with Django."""

from django.apps import AppConfig


class ValueConfig(AppConfig):
    """Value."""

    name = "remit.value"
    default_auto_field = "django.db.models.BigAutoField"
