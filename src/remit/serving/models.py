"""Tables of serving: deployments on routes, consumers, published bundles, and files of the decision store."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from remit.ledger.models import Governed

VARIANTS = [(v, v) for v in ("champion", "challenger", "control", "shadow")]
MODES = [(m, m) for m in ("normal", "refer", "fallback")]
FILE_KINDS = [(k, k) for k in ("decisions", "outcomes", "protected")]


class Route(Governed):
    """Where requests for a use case go; `salt` makes its random draw its own."""

    use_case = models.OneToOneField("inventory.UseCase", on_delete=models.PROTECT, related_name="route")
    salt = models.CharField(max_length=40)


class Deployment(Governed):
    """A version at work on a route. A control arm decides by the fallback rule of the same remit."""

    route = models.ForeignKey(Route, on_delete=models.PROTECT, related_name="deployments")
    version = models.ForeignKey("inventory.Version", on_delete=models.PROTECT, related_name="deployments")
    environment = models.CharField(max_length=20, default="production")
    variant = models.CharField(max_length=10, choices=VARIANTS)
    weight = models.FloatField(help_text="Share of the traffic, relative to the other deployments.")
    mode = models.CharField(max_length=8, choices=MODES, default="normal")
    mode_reason = models.TextField(blank=True)
    deployed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    deployed_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(weight__gte=0), name="serving_weight_not_negative"),
            models.UniqueConstraint(
                fields=["route", "variant"],
                condition=Q(ended_at=None, variant__in=("champion", "control")),
                name="serving_one_champion_and_control",
            ),
            models.UniqueConstraint(
                fields=["route", "version", "variant"],
                condition=Q(ended_at=None),
                name="serving_version_once_a_variant",
            ),
        )


class Consumer(Governed):
    """A system that may ask the gateway. Only the digest of its token is kept."""

    unledgered: ClassVar[tuple[str, ...]] = ("token_sha256",)

    name = models.CharField(max_length=120, unique=True)
    token_sha256 = models.CharField(max_length=64, unique=True)
    use_cases = models.JSONField(default=list)
    channels = models.JSONField(default=list)
    registered_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)


class Bundle(Governed):
    """A bundle that was published for the gateways to obey."""

    sequence = models.BigIntegerField(unique=True)
    sha256 = models.CharField(max_length=64)
    environment = models.CharField(max_length=20)
    cause = models.CharField(max_length=120)
    published_at = models.DateTimeField()


class StoreFile(Governed):
    """A file of the decision store, sealed into the ledger by its digest."""

    use_case = models.ForeignKey("inventory.UseCase", on_delete=models.PROTECT, related_name="store_files")
    kind = models.CharField(max_length=10, choices=FILE_KINDS)
    path = models.CharField(max_length=300, unique=True, help_text="Relative to the store of its kind.")
    sha256 = models.CharField(max_length=64)
    rows = models.IntegerField()
    first_id = models.UUIDField()
    last_id = models.UUIDField()
    sealed_at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=["kind", "first_id", "last_id"], name="serving_file_of_decision"),)
