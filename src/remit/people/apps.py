"""Registers the app with Django."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """People."""

    name = "remit.people"
    default_auto_field = "django.db.models.BigAutoField"
