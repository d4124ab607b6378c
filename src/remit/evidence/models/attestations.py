"""Campaigns in which owners sign what the record says now."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from remit.ledger.models import Governed


class Campaign(Governed):
    """Whoever owns one of these models attests it within a period; a recurring one opens its successor."""

    reference = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=120)
    statement = models.TextField(help_text="What the owner signs.")
    population = models.CharField(max_length=1000, blank=True, help_text="A filter of the Models page.")
    opens_at = models.DateTimeField()
    due_at = models.DateTimeField()
    every_months = models.PositiveSmallIntegerField(null=True, blank=True)
    remind_days = models.JSONField(default=list, help_text="Days before it is due.")
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="campaigns"
    )
    follows = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="followed_by"
    )
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(due_at__gt=F("opens_at")), name="evidence_campaign_forward"),
        )

    def __str__(self) -> str:
        return self.name


class Attestation(Governed):
    """One owner's answer about one use case, on the record as it was when the owner signed."""

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="attestations")
    use_case = models.ForeignKey("inventory.UseCase", on_delete=models.PROTECT, related_name="attestations")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="attestations")
    asked_snapshot = models.JSONField(help_text="The record when it was asked.")
    state = models.CharField(
        max_length=10, default="asked", choices=[(s, s) for s in ("asked", "attested", "disputed", "void")]
    )
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    signed_at = models.DateTimeField(null=True, blank=True)
    signed_snapshot = models.JSONField(null=True, blank=True, help_text="The record that was signed.")
    signed_digest = models.CharField(max_length=64, blank=True)
    envelope = models.JSONField(default=dict, help_text="DSSE envelope of what was signed.")
    comment = models.TextField(blank=True)
    reminded_at = models.DateTimeField(null=True, blank=True)
    escalated_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = (models.Index(fields=["owner", "state"], name="evidence_attestation_asked"),)
        constraints = (
            models.UniqueConstraint(fields=["campaign", "use_case"], name="evidence_attestation_once"),
        )
