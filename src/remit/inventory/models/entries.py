"""Use cases, models, versions and their artifacts."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Func

from remit.ledger.models import Governed

TIERS = [(t, t) for t in ("T1", "T2", "T3", "T4")]
KINDS = [(k, k) for k in ("ml", "statistical", "rules", "spreadsheet", "vendor", "llm", "agent", "composite")]
STAGES = [
    ("idea", "Idea"),
    ("intake", "Intake"),
    ("development", "Development"),
    ("ready", "Ready"),
    ("validation", "Validation"),
    ("approval", "Approval"),
    ("deployment", "Deployment"),
    ("in_business", "In business"),
    ("under_review", "Under review"),
    ("retired", "Retired"),
    ("archived", "Archived"),
]


class ColumnNames(Func):
    """The names of a schema's columns, as a JSON array."""

    template = "jsonb_path_query_array(%(expressions)s, '$.columns[*].name')"
    output_field = models.JSONField()


class UseCase(Governed):
    """A decision to be made or supported: what, why, for whom, who answers, what it should be worth.

    Filed at intake, or found by an import or a discovery; then what is not known yet is empty and the
    completeness score says so.
    """

    reference = models.CharField(max_length=20, unique=True)
    key = models.SlugField(max_length=60, unique=True, help_text="The gateway answers under this name.")
    name = models.CharField(max_length=120)
    decision = models.TextField(blank=True, help_text="The decision that is made or supported.")
    purpose = models.CharField(max_length=60, blank=True, help_text="The purpose a caller must state.")
    population = models.TextField(blank=True, help_text="For whom it is made.")
    value_hypothesis = models.TextField(blank=True, help_text="What it should be worth, and measured how.")
    planned_value_a_year = models.DecimalField(max_digits=14, decimal_places=2, default=0)
    currency = models.CharField(max_length=3, default="USD")
    alternative = models.TextField(blank=True, help_text="How the decision is made without a model.")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="owned_use_cases"
    )
    unit = models.ForeignKey("people.Unit", on_delete=models.PROTECT, related_name="use_cases")
    jurisdictions = models.JSONField(default=list)
    regulations = models.JSONField(default=list)
    affects_people = models.BooleanField(default=True)
    kind = models.CharField(max_length=12, choices=KINDS, default="ml")
    tier = models.CharField(max_length=2, choices=TIERS, blank=True)
    custom = models.JSONField(default=dict, help_text="Values of the custom fields, by key.")
    filed_at = models.DateTimeField()

    class Meta:
        indexes = (
            models.Index(fields=["name"], name="inventory_use_case_name"),
            GinIndex(OpClass(F("name"), name="gin_trgm_ops"), name="inventory_use_case_like_name"),
            GinIndex(OpClass(F("decision"), name="gin_trgm_ops"), name="inventory_use_case_like_what"),
        )

    def __str__(self) -> str:
        return self.name


class Model(Governed):
    """A way of making the decision of a use case."""

    reference = models.CharField(max_length=20, unique=True)
    use_case = models.ForeignKey(UseCase, on_delete=models.PROTECT, related_name="models")
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=12, choices=KINDS)
    description = models.TextField(blank=True)
    built_in = models.CharField(max_length=60, blank=True, help_text="The tool or registry it came from.")
    vendor = models.ForeignKey(
        "inventory.Vendor", on_delete=models.PROTECT, null=True, blank=True, related_name="models"
    )
    external_key = models.CharField(
        max_length=200, null=True, blank=True, unique=True, help_text="Its id where it came from."
    )
    tags = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    details = models.JSONField(default=dict, help_text="What its kind asks of the model as such.")
    custom = models.JSONField(default=dict, help_text="Values of the custom fields, by key.")
    registered_at = models.DateTimeField()

    class Meta:
        indexes = (GinIndex(fields=["tags"], name="inventory_model_tags"),)
        constraints = (
            models.UniqueConstraint(fields=["use_case", "name"], name="inventory_model_name_in_use_case"),
        )

    def __str__(self) -> str:
        return self.name


class Version(Governed):
    """An immutable snapshot of a model. After `ready_at` is set, its content may not change.

    `content_digest` covers everything that makes it what it is. Before `ready_at` only `schema` and
    `intended_terms` may be edited, which gives it another digest.
    """

    model = models.ForeignKey(Model, on_delete=models.PROTECT, related_name="versions")
    number = models.CharField(max_length=20)
    summary = models.TextField()
    developer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="developed_versions"
    )
    stage = models.CharField(max_length=14, choices=STAGES, default="development")
    schema = models.JSONField(help_text="Columns with role, kind and range, as the measure engine reads it.")
    decision_rule = models.JSONField(default=dict, help_text="From score to action.")
    intended_terms = models.JSONField(default=dict, help_text="The remit terms the developer proposes.")
    details = models.JSONField(default=dict, help_text="What its kind asks of a version, such as prompts.")
    code_reference = models.CharField(max_length=300)
    environment = models.JSONField(default=dict)
    licence = models.CharField(max_length=60, blank=True, help_text="An SPDX expression, or words.")
    training_data = models.ForeignKey(
        "data.DataAsset", on_delete=models.PROTECT, null=True, blank=True, related_name="trained_versions"
    )
    replaces = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="replaced_by"
    )
    external_key = models.CharField(max_length=200, null=True, blank=True, unique=True)
    content_digest = models.CharField(max_length=64)
    registered_at = models.DateTimeField()
    ready_at = models.DateTimeField(null=True, blank=True)
    in_business_at = models.DateTimeField(null=True, blank=True)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = (
            models.Index(fields=["stage"], name="inventory_version_stage"),
            models.Index(fields=["model", "-registered_at"], name="inventory_version_latest"),
            GinIndex(ColumnNames("schema"), name="inventory_version_columns"),
        )
        constraints = (
            models.UniqueConstraint(fields=["model", "number"], name="inventory_version_number"),
            # target of the composite foreign key that keeps a developer from approving (four-eyes)
            models.UniqueConstraint(fields=["id", "developer"], name="inventory_version_developer"),
        )

    def __str__(self) -> str:
        return f"{self.model.name} {self.number}"


class Artifact(Governed):
    """A file of a version: kept in the store under its digest, or bound by digest where it lies.

    `location` is empty for a file in the store; else `s3://bucket/key`, `git+https://host/repo@commit#path`
    or `oci://registry/name@sha256:…`.
    """

    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="artifacts")
    name = models.CharField(max_length=200)
    media_type = models.CharField(max_length=100)
    sha256 = models.CharField(max_length=64, db_index=True)
    size = models.BigIntegerField(help_text="Bytes.")
    location = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["version", "name"], name="inventory_artifact_name"),)
