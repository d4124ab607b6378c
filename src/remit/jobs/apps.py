"""Registers the app with Django; procrastinate then finds `tasks.py`."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """Jobs."""

    name = "remit.jobs"
    default_auto_field = "django.db.models.BigAutoField"
