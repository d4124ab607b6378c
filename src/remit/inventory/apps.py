"""Registers the app with Django."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class InventoryConfig(AppConfig):
    """Inventory."""

    name = "remit.inventory"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Make the function that writes standings anew after each `migrate`."""
        from remit.inventory import standing

        post_migrate.connect(standing.install, sender=self, dispatch_uid="remit.inventory.standing")
