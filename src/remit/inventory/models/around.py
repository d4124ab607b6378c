"""What stands around a model: its vendor, its relations, and what an installation adds of its own."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from remit.inventory.models.entries import KINDS, STAGES, Model
from remit.ledger.models import Governed

RELATIONS = [
    ("uses", "uses"),
    ("feeds", "feeds"),
    ("derived_from", "is derived from"),
    ("replaces", "replaces"),
    ("part_of", "is part of"),
    ("challenger_of", "is challenger of"),
]
FIELD_TYPES = [
    (t, t) for t in ("text", "number", "boolean", "date", "choice", "person", "address", "computed")
]


class Vendor(Governed):
    """A company that supplies models, the contract with it and the diligence done on it."""

    natural = ("name",)

    name = models.CharField(max_length=120, unique=True)
    country = models.CharField(max_length=2, blank=True, help_text="ISO 3166-1 alpha-2.")
    website = models.URLField(blank=True)
    contact = models.CharField(max_length=200, blank=True)
    contract = models.CharField(max_length=120, blank=True, help_text="Its number or address. Restricted.")
    contract_ends = models.DateField(null=True, blank=True)
    diligence_at = models.DateField(null=True, blank=True, help_text="When due diligence was last done.")
    diligence_result = models.CharField(
        max_length=14, blank=True, choices=[(r, r) for r in ("passed", "conditions", "failed")]
    )
    diligence_note = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.name


class Relation(Governed):
    """`source` uses, feeds, derives from, replaces, is part of or challenges `target`, for a time."""

    source = models.ForeignKey(Model, on_delete=models.PROTECT, related_name="relations")
    target = models.ForeignKey(Model, on_delete=models.PROTECT, related_name="relations_in")
    kind = models.CharField(max_length=14, choices=RELATIONS)
    note = models.CharField(max_length=300, blank=True)
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=~models.Q(source=models.F("target")), name="inventory_relation_not_to_itself"
            ),
            models.UniqueConstraint(
                fields=["source", "target", "kind"],
                condition=models.Q(valid_to=None),
                name="inventory_relation_once",
            ),
        )


class FieldDefinition(Governed):
    """A field that an installation adds to its use cases or models."""

    key = models.SlugField(max_length=40)
    label = models.CharField(max_length=80)
    help = models.CharField(max_length=300, blank=True)
    of = models.CharField(max_length=10, choices=[("use_case", "use case"), ("model", "model")])
    type = models.CharField(max_length=10, choices=FIELD_TYPES)
    choices = models.JSONField(default=list)
    minimum = models.FloatField(null=True, blank=True)
    maximum = models.FloatField(null=True, blank=True)
    formula = models.TextField(blank=True, help_text="CEL, for a computed field.")
    kinds = ArrayField(models.CharField(max_length=12, choices=KINDS), default=list, blank=True)
    unit = models.ForeignKey(
        "people.Unit", on_delete=models.PROTECT, null=True, blank=True, related_name="field_definitions"
    )
    required_from = models.CharField(
        max_length=14, choices=STAGES, blank=True, help_text="From this stage on it must have a value."
    )
    restricted = models.BooleanField(default=False, help_text="Read only with the permission for contracts.")
    order = models.PositiveSmallIntegerField(default=100)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["of", "key"], condition=models.Q(retired_at=None), name="inventory_field_key"
            ),
        )

    def __str__(self) -> str:
        return self.label


class SavedView(Governed):
    """A filter of the Models page that somebody named, for themselves or for everybody."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="saved_views")
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=1000, blank=True, help_text="The page's query string.")
    columns = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    shared = models.BooleanField(default=False)
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["owner", "name"], condition=models.Q(removed_at=None), name="inventory_view_name"
            ),
        )


class Pin(models.Model):
    """A view or a model that somebody keeps at hand in their sidebar. A habit, not a governed fact."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="pins")
    view = models.ForeignKey(SavedView, on_delete=models.CASCADE, null=True, related_name="pins")
    model = models.ForeignKey(Model, on_delete=models.CASCADE, null=True, related_name="pins")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["person", "view", "model"], nulls_distinct=False, name="inventory_pin_once"
            ),
            models.CheckConstraint(
                condition=models.Q(view=None) ^ models.Q(model=None), name="inventory_pin_of_one_thing"
            ),
        )


class ChangeRequest(Governed):
    """Edits of watched fields of a use case or a model that wait for a reviewer."""

    reference = models.CharField(max_length=20, unique=True)
    use_case = models.ForeignKey(
        "inventory.UseCase", on_delete=models.PROTECT, related_name="change_requests"
    )
    model = models.ForeignKey(
        Model, on_delete=models.PROTECT, null=True, blank=True, related_name="change_requests"
    )
    changes = models.JSONField(help_text="Before and after, by field.")
    content_digest = models.CharField(
        max_length=64,
        help_text="Of the subject and its fields before and after; answers bind to it.",
    )
    reason = models.TextField()
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="requested_changes"
    )
    requested_at = models.DateTimeField()
    state = models.CharField(
        max_length=10,
        default="waiting",
        choices=[(s, s) for s in ("waiting", "approved", "rejected", "withdrawn", "outdated")],
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="decided_changes",
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_reason = models.TextField(blank=True)

    class Meta:
        indexes = (models.Index(fields=["state", "requested_at"], name="inventory_change_waiting"),)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(decided_by=None)
                | models.Q(state="withdrawn")
                | ~models.Q(decided_by=models.F("requested_by")),
                name="inventory_change_four_eyes",
            ),
        )
