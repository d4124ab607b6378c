"""Registers the app with Django."""

from django.apps import AppConfig


class MonitoringConfig(AppConfig):
    """Monitoring."""

    name = "remit.monitoring"
    default_auto_field = "django.db.models.BigAutoField"
