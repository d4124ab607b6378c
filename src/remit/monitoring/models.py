"""Tables of monitoring: monitors, the windows they ran on, their results and alarms."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from remit.ledger.models import Governed

VERDICTS = [(v, v) for v in ("ok", "watch", "breach", "insufficient", "not_computable")]


class Monitor(Governed):
    """What is measured of a version in business, against which limits, and who answers an alarm."""

    version = models.ForeignKey("inventory.Version", on_delete=models.PROTECT, related_name="monitors")
    name = models.CharField(max_length=120)
    schema = models.JSONField(help_text="Columns with roles, as the measure engine reads it.")
    limits = models.JSONField(help_text="Rows of metric, column, direction, watch, breach.")
    reference_profile = models.CharField(max_length=300, help_text="Below the folder of profiles.")
    reference_sha256 = models.CharField(max_length=64)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="monitors")
    defined_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["version", "name"], name="monitoring_monitor_name"),)


class Window(Governed):
    """One run of a monitor over the decisions of a window."""

    monitor = models.ForeignKey(Monitor, on_delete=models.PROTECT, related_name="windows")
    label = models.CharField(max_length=60)
    since = models.DateTimeField()
    until = models.DateTimeField()
    rows = models.IntegerField()
    results = models.JSONField(help_text="Metric rows with their verdict.")
    verdict = models.CharField(max_length=14, choices=VERDICTS)
    profile = models.CharField(max_length=300)
    profile_sha256 = models.CharField(max_length=64)
    measured_at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=["monitor", "-until"], name="monitoring_latest_window"),)
        constraints = (models.UniqueConstraint(fields=["monitor", "label"], name="monitoring_window_once"),)


class Alarm(Governed):
    """A limit broken, somebody's to answer within a clock."""

    reference = models.CharField(max_length=20, unique=True)
    monitor = models.ForeignKey(Monitor, on_delete=models.PROTECT, related_name="alarms")
    window = models.ForeignKey(Window, on_delete=models.PROTECT, related_name="alarms")
    metric = models.CharField(max_length=60)
    column = models.CharField(max_length=120, blank=True)
    segment = models.CharField(max_length=120, blank=True)
    value = models.FloatField()
    limit = models.FloatField()
    says = models.TextField()
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="alarms")
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    resolution = models.TextField(blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["window", "metric", "column", "segment"], name="monitoring_alarm_once"
            ),
        )
