"""Registers the app with Django."""

from django.apps import AppConfig


class InventoryConfig(AppConfig):
    """Inventory."""

    name = "remit.inventory"
    default_auto_field = "django.db.models.BigAutoField"
