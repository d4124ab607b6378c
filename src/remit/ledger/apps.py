"""Registers the app with Django."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """Ledger."""

    name = "remit.ledger"
    default_auto_field = "django.db.models.BigAutoField"
