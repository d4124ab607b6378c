"""How entries come in: imports, and what connectors and gateways saw that no entry covers."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from remit.inventory.models.entries import Model
from remit.ledger.models import Governed

IMPORT_STATES = [
    ("new", "Columns to map"),
    ("checking", "Being checked"),
    ("checked", "Checked"),
    ("applying", "Being imported"),
    ("applied", "Imported"),
    ("failed", "Failed"),
]


class ImportRun(Governed):
    """One file on its way into the inventory. The file itself lies in the artifact store, by its digest."""

    reference = models.CharField(max_length=20, unique=True)
    file_name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    columns = models.JSONField(default=list, help_text="The names of the file's columns, in their order.")
    mapping = models.JSONField(default=dict, help_text="Column of the file by field.")
    defaults = models.JSONField(default=dict, help_text="What to take by field where a cell is empty.")
    state = models.CharField(max_length=8, choices=IMPORT_STATES, default="new")
    rows = models.IntegerField(default=0)
    created = models.IntegerField(default=0)
    updated = models.IntegerField(default=0)
    unchanged = models.IntegerField(default=0)
    requested = models.IntegerField(default=0, help_text="Changes that wait for a reviewer.")
    faulty = models.IntegerField(default=0, help_text="Rows with a fault.")
    faults = models.JSONField(
        default=list, help_text="The first thousand: row, column, value, what is wrong and how to mend it."
    )
    preview = models.JSONField(default=list, help_text="The first models that are new or change, in words.")
    problem = models.TextField(blank=True, help_text="Why it failed.")
    run_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="imports")
    run_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = (models.Index(fields=["-run_at"], name="inventory_import_latest"),)

    def __str__(self) -> str:
        return f"{self.reference}, {self.file_name}"


class Sighting(Governed):
    """Something a connector or the gateway saw at work that no entry covered when it was first seen."""

    unledgered = ("last_seen_at", "times_seen")

    source = models.CharField(max_length=60, help_text="The connector, or gateway.")
    external_key = models.CharField(max_length=200)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=12, blank=True)
    details = models.JSONField(default=dict)
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    times_seen = models.BigIntegerField(default=1)
    state = models.CharField(
        max_length=10,
        default="open",
        choices=[(s, s) for s in ("open", "matched", "registered", "dismissed")],
    )
    model = models.ForeignKey(
        Model, on_delete=models.PROTECT, null=True, blank=True, related_name="sightings"
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(blank=True)

    class Meta:
        indexes = (models.Index(fields=["state", "-last_seen_at"], name="inventory_sighting_open"),)
        constraints = (
            models.UniqueConstraint(fields=["source", "external_key"], name="inventory_sighting_once"),
        )
