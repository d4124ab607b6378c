"""Registers the app with Django."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class GovernanceConfig(AppConfig):
    """Governance."""

    name = "remit.governance"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Install segregation of duties after each `migrate`."""
        from remit.governance import segregation

        post_migrate.connect(segregation.install, sender=self, dispatch_uid="remit.governance.segregation")
