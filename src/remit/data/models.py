"""Tables of data assets."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from remit.ledger.models import Governed


class DataAsset(Governed):
    """Data a model is made from or judged on: where it is, what is in it, who answers for it."""

    reference = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=120, unique=True)
    location = models.CharField(max_length=500)
    sha256 = models.CharField(max_length=64)
    rows = models.BigIntegerField()
    columns = models.JSONField(default=list)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="data_assets")
    classification = models.CharField(max_length=40)
    licence = models.CharField(max_length=120)
    protected_columns = models.JSONField(default=list)
    registered_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
