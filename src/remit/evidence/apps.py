"""Registers the app with Django."""

from django.apps import AppConfig


class EvidenceConfig(AppConfig):
    """Evidence."""

    name = "remit.evidence"
    default_auto_field = "django.db.models.BigAutoField"
