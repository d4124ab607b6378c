"""Registers the app with Django."""

from django.apps import AppConfig


class GovernanceConfig(AppConfig):
    """Governance."""

    name = "remit.governance"
    default_auto_field = "django.db.models.BigAutoField"
