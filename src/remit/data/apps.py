"""Registers the app with Django."""

from django.apps import AppConfig


class DataConfig(AppConfig):
    """Data."""

    name = "remit.data"
    default_auto_field = "django.db.models.BigAutoField"
