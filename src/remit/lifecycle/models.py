"""Tables of the lifecycle: published definitions, processes, their tasks, and the stages passed."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from remit.inventory.models import STAGES
from remit.ledger.models import Governed


class ProcessDefinition(Governed):
    """A published BPMN process. Its XML never changes; a new text is a new version."""

    natural = ("key", "digest")

    key = models.CharField(max_length=60)
    version = models.PositiveIntegerField()
    name = models.CharField(max_length=120)
    xml = models.TextField()
    digest = models.CharField(max_length=64, help_text="SHA-256 of the XML.")
    published_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["key", "version"], name="lifecycle_definition_version"),
            models.UniqueConstraint(fields=["key", "digest"], name="lifecycle_definition_text"),
        )

    def __str__(self) -> str:
        return f"{self.name}, version {self.version}"


class Process(Governed):
    """One use case, or one version of it, on its way through a definition."""

    reference = models.CharField(max_length=20, unique=True)
    definition = models.ForeignKey(ProcessDefinition, on_delete=models.PROTECT, related_name="processes")
    use_case = models.ForeignKey("inventory.UseCase", on_delete=models.PROTECT, related_name="processes")
    version = models.ForeignKey(
        "inventory.Version", on_delete=models.PROTECT, null=True, blank=True, related_name="processes"
    )
    state = models.JSONField(help_text="Where it stands, as the engine restores it.")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    end = models.CharField(max_length=60, blank=True, help_text="The end event reached, or `replaced`.")

    class Meta:
        indexes = (models.Index(fields=["use_case", "-started_at"], name="lifecycle_process_of_use_case"),)
        constraints = (
            models.UniqueConstraint(
                fields=["version", "definition"],
                condition=Q(ended_at=None),
                name="lifecycle_one_open_process",
            ),
        )

    def __str__(self) -> str:
        return self.reference


class Task(Governed):
    """Something a role, or a service, has to do now. A way back opens a new one."""

    reference = models.CharField(max_length=20, unique=True)
    process = models.ForeignKey(Process, on_delete=models.PROTECT, related_name="tasks")
    version = models.ForeignKey(
        "inventory.Version", on_delete=models.PROTECT, null=True, blank=True, related_name="tasks"
    )
    element_id = models.CharField(max_length=60)
    kind = models.CharField(max_length=40)
    title = models.CharField(max_length=120)
    role = models.CharField(max_length=40, blank=True, help_text="Empty for a service.")
    stage = models.CharField(max_length=14, choices=STAGES)
    outcomes = models.JSONField(default=list, help_text="The answers a person may give.")
    approval = models.CharField(max_length=12, blank=True, help_text="The kind of approval it records.")
    service = models.CharField(max_length=40, blank=True)
    gate = models.CharField(max_length=4, blank=True)
    sla_days = models.PositiveSmallIntegerField(help_text="Working days.")
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="tasks"
    )
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField()
    escalated_at = models.DateTimeField(null=True, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)
    completed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    outcome = models.CharField(max_length=24, blank=True)
    reason = models.TextField(blank=True)
    conditions = models.TextField(blank=True)
    result = models.JSONField(default=dict, help_text="What a service found.")

    class Meta:
        indexes = (models.Index(fields=["role", "due_at"], name="lifecycle_task_queue"),)
        constraints = (
            models.UniqueConstraint(
                fields=["process", "element_id"],
                condition=Q(completed_at=None),
                name="lifecycle_one_open_task",
            ),
            models.CheckConstraint(
                condition=Q(completed_at=None, outcome="") | (Q(completed_at__isnull=False) & ~Q(outcome="")),
                name="lifecycle_completed_with_outcome",
            ),
        )

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"


class StageChange(Governed):
    """A use case, or a version of it, entered a stage."""

    use_case = models.ForeignKey("inventory.UseCase", on_delete=models.PROTECT, related_name="stage_changes")
    version = models.ForeignKey(
        "inventory.Version", on_delete=models.PROTECT, null=True, blank=True, related_name="stage_changes"
    )
    process = models.ForeignKey(Process, on_delete=models.PROTECT, related_name="stage_changes")
    stage = models.CharField(max_length=14, choices=STAGES)
    at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=["use_case", "at"], name="lifecycle_stage_order"),)
