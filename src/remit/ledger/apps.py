"""Registers the app with Django."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class LedgerConfig(AppConfig):
    """Ledger."""

    name = "remit.ledger"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Install the triggers after each `migrate`."""
        from remit.ledger import triggers

        post_migrate.connect(triggers.install, sender=self, dispatch_uid="remit.ledger.triggers")
