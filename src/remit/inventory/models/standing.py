"""How each model stands, and stood: the bitemporal summary that lists, facets and `as of` read."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateTimeRangeField, RangeBoundary, RangeOperators
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Deferrable, F, Func, Q

from remit.inventory.models.entries import KINDS, Model, UseCase, Version
from remit.kernel.ids import uuid7

NOW = Q(valid_to=None, known_to=None)


class Period(Func):
    """The half-open period of two instants, as PostgreSQL's tstzrange."""

    function = "TSTZRANGE"
    output_field = DateTimeRangeField()


class VersionNote(models.Model):
    """What the layers above know of a version and lists show: its remit and its health. Derived."""

    version = models.OneToOneField(Version, on_delete=models.CASCADE, primary_key=True, related_name="note")
    remit_number = models.CharField(max_length=20, blank=True)
    remit_state = models.CharField(max_length=12, blank=True)
    remit_from = models.DateTimeField(null=True)
    remit_until = models.DateTimeField(null=True)
    health = models.CharField(max_length=10, blank=True)


class Standing(models.Model):
    """One model (or a use case that has none yet) as it stood from `valid_from` until `valid_to`.

    Derived from governed rows by `standing.refresh`, in the transaction that changes them; so it is no
    governed table itself. `valid_*` is when it was so in the world; `known_*`
    is when this installation held it to be so. The row with both ends open is how it stands now.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    subject_id = models.UUIDField(help_text="The model's id, or the use case's while it has no model.")
    use_case = models.ForeignKey(UseCase, on_delete=models.CASCADE, related_name="standings")
    model = models.ForeignKey(Model, on_delete=models.CASCADE, null=True, related_name="standings")
    version = models.ForeignKey(
        Version, on_delete=models.CASCADE, null=True, related_name="standings", db_index=False
    )
    reference = models.CharField(max_length=20)
    key = models.CharField(max_length=60)
    title = models.CharField(max_length=120)
    use_case_name = models.CharField(max_length=120)
    version_number = models.CharField(max_length=20, blank=True)
    kind = models.CharField(max_length=12, choices=KINDS)
    tier = models.CharField(max_length=2, blank=True)
    stage = models.CharField(max_length=14)
    unit = models.ForeignKey(
        "people.Unit", on_delete=models.CASCADE, related_name="standings", db_index=False
    )
    unit_name = models.CharField(max_length=120)
    owner = models.ForeignKey(
        "people.User", on_delete=models.CASCADE, related_name="standings", db_index=False
    )
    owner_name = models.CharField(max_length=120)
    owner_active = models.BooleanField(default=True)
    built_in = models.CharField(max_length=60, blank=True)
    vendor_name = models.CharField(max_length=120, blank=True)
    regulations = ArrayField(models.CharField(max_length=120), default=list)
    tags = ArrayField(models.CharField(max_length=60), default=list)
    planned_value_a_year = models.DecimalField(max_digits=14, decimal_places=2, default=0)
    currency = models.CharField(max_length=3, default="USD")
    missing = ArrayField(
        models.CharField(max_length=60), default=list, help_text="Required by now and empty; fields by name."
    )
    completeness = models.SmallIntegerField(default=0, help_text="Percent of the fields asked for by now.")
    remit_number = models.CharField(max_length=20, blank=True)
    remit_state = models.CharField(max_length=12, blank=True)
    remit_from = models.DateTimeField(null=True)
    remit_until = models.DateTimeField(null=True)
    health = models.CharField(
        max_length=10, blank=True, help_text="healthy, watch, breach; empty if not running."
    )
    words = models.TextField(help_text="What a search looks in, in lower case, after a space.")
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True)
    known_from = models.DateTimeField()
    known_to = models.DateTimeField(null=True)
    written = models.BigIntegerField(default=0, help_text="The transaction that wrote the row last.")

    class Meta:
        indexes = (
            models.Index(fields=["unit_name", "title", "id"], condition=NOW, name="inventory_standing_order"),
            models.Index(fields=["reference"], condition=NOW, name="inventory_standing_ref"),
            models.Index(fields=["subject_id", "valid_from"], name="inventory_standing_past"),
            models.Index(fields=["written"], name="inventory_standing_written"),
            models.Index(fields=["version"], condition=NOW, name="inventory_standing_version"),
            models.Index(fields=["owner"], condition=NOW, name="inventory_standing_owner"),
            models.Index(fields=["unit"], condition=NOW, name="inventory_standing_unit"),
            GinIndex(
                OpClass(F("words"), name="gin_trgm_ops"), condition=NOW, name="inventory_standing_words"
            ),
            GinIndex(fields=["tags"], condition=NOW, name="inventory_standing_tags"),
        )
        constraints = (
            ExclusionConstraint(
                name="inventory_standing_one_at_a_time",
                expressions=[
                    (F("subject_id"), RangeOperators.EQUAL),
                    (Period("valid_from", "valid_to", RangeBoundary()), RangeOperators.OVERLAPS),
                ],
                condition=Q(known_to=None),
                # one statement closes a row and opens its successor
                deferrable=Deferrable.DEFERRED,
            ),
        )
