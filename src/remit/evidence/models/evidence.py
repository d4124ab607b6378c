"""Dated facts about versions and use cases."""

from __future__ import annotations

from django.db import models

from remit.ledger.models import Governed


class Evidence(Governed):
    """A dated, digest-bound fact about a version (or a use case), from a test, a person or a connector."""

    reference = models.CharField(max_length=20, unique=True)
    kind = models.CharField(max_length=60)
    title = models.CharField(max_length=200)
    use_case = models.ForeignKey("inventory.UseCase", on_delete=models.PROTECT, related_name="evidence")
    version = models.ForeignKey(
        "inventory.Version", on_delete=models.PROTECT, null=True, blank=True, related_name="evidence"
    )
    content_digest = models.CharField(max_length=64, help_text="The version's digest when it was produced.")
    producer = models.CharField(max_length=200)
    source = models.CharField(max_length=12, choices=[(s, s) for s in ("test", "person", "connector")])
    values = models.JSONField(default=dict, help_text="Named results a control may read.")
    rows = models.JSONField(default=list, help_text="Metric rows, as the measure engine gives them.")
    sha256 = models.CharField(max_length=64, help_text="Of values and rows in canonical JSON.")
    attachment_sha256 = models.CharField(max_length=64, blank=True)
    produced_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = (models.Index(fields=["version", "kind", "-produced_at"], name="evidence_latest_of_kind"),)
