"""Tables of the ledger. All but the queue and `Request` are append-only in the database itself."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.fields.related import ManyToManyField

from remit.kernel.ids import uuid7


class Governed(models.Model):
    """Base of every governed table: its rows change only inside an action, and each change is an entry.

    The capture trigger is installed on every concrete subclass after `migrate`, by discovery. Columns in
    `unledgered` (secrets) are never copied into the ledger, and a change of those alone needs no action.
    """

    unledgered: ClassVar[tuple[str, ...]] = ()
    natural: ClassVar[tuple[str, ...]] = ()
    """Columns by which another installation knows the same row; its id where there are none."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)

    class Meta:
        abstract = True

    @classmethod
    def check(cls, **kwargs: object) -> list[object]:
        """Refuse a many-to-many whose rows no trigger would see."""
        from django.core.checks import Error

        return super().check(**kwargs) + [
            Error(
                f"{cls.__name__}.{field.name} makes a table that the ledger does not capture.",
                hint="Name a Governed model with `through`.",
                id="ledger.E001",
            )
            for field in cls._meta.local_many_to_many
            if isinstance(field, ManyToManyField) and field.remote_field.through._meta.auto_created
        ]


class Entry(models.Model):
    """One change of one governed row. The payload is apart, so that erasing it keeps the proof valid.

    Written by the capture trigger only. `id` grows in the order in which rows changed; rolled-back
    changes leave gaps in it, whereas `Leaf.index` has none.
    """

    id = models.BigAutoField(primary_key=True)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    actor = models.CharField(max_length=200)
    action = models.CharField(max_length=100)
    reason = models.TextField(blank=True)
    table_name = models.CharField(max_length=100)
    operation = models.CharField(max_length=10)
    object_id = models.UUIDField()
    payload_sha256 = models.CharField(max_length=64)

    class Meta:
        indexes = (
            models.Index(fields=["object_id", "id"], name="ledger_entry_object"),
            models.Index(fields=["actor", "id"], name="ledger_entry_actor"),
            models.Index(fields=["action", "id"], name="ledger_entry_action"),
            models.Index(fields=["occurred_at"], name="ledger_entry_occurred"),
        )


class Payload(models.Model):
    """What the row was before and is after, and the reason given, as the exact text that was hashed."""

    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, primary_key=True, related_name="payload")
    body = models.TextField()


class Pending(models.Model):
    """An entry that has no place in the tree yet: the sequencer's queue."""

    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, primary_key=True, related_name="pending")


class Leaf(models.Model):
    """The place of an entry in the RFC 9162 tree."""

    index = models.BigIntegerField(primary_key=True)
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="leaf")
    leaf_hash = models.BinaryField(max_length=32)


class Node(models.Model):
    """The hash of a complete subtree of 2**level leaves, level 1 and up: the `position`-th of its level."""

    level = models.SmallIntegerField()
    position = models.BigIntegerField()
    hash = models.BinaryField(max_length=32)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["level", "position"], name="ledger_node_place"),)


class Checkpoint(models.Model):
    """A signed statement of the tree's size and root (C2SP signed note)."""

    size = models.BigIntegerField(primary_key=True)
    origin = models.CharField(max_length=100)
    root = models.BinaryField(max_length=32)
    note = models.TextField()
    key_id = models.CharField(max_length=16)
    signed_at = models.DateTimeField()


class Verification(models.Model):
    """The outcome of one verification of the whole ledger."""

    verified_at = models.DateTimeField(db_index=True)
    size = models.BigIntegerField()
    root = models.BinaryField(max_length=32)
    faults = models.JSONField(default=list)


class Event(Governed):
    """Something that happened in the domain; KPIs are computed from these, reactions start from them."""

    name = models.CharField(max_length=100)
    subject_type = models.CharField(max_length=60)
    subject_id = models.UUIDField()
    data = models.JSONField(default=dict)
    actor = models.CharField(max_length=200)
    occurred_at = models.DateTimeField()

    class Meta:
        indexes = (
            models.Index(fields=["name", "occurred_at"], name="ledger_event_name_time"),
            models.Index(fields=["subject_id", "occurred_at"], name="ledger_event_subject_time"),
            GinIndex(fields=["data"], name="ledger_event_data", opclasses=["jsonb_path_ops"]),
        )


class Request(models.Model):
    """A write that a caller may repeat safely: its key, what was asked, and what was answered."""

    actor = models.CharField(max_length=200)
    key = models.CharField(max_length=200)
    request_sha256 = models.CharField(max_length=64)
    status = models.SmallIntegerField(null=True)
    headers = models.JSONField(default=dict)
    body = models.BinaryField(null=True)
    asked_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["actor", "key"], name="ledger_request_once"),)


class ImportedLog(models.Model):
    """The ledger of another installation, as far as it is about a row that came from there in a bundle."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=16, help_text="The id of the key that signed its checkpoint.")
    subject_id = models.UUIDField()
    organisation = models.CharField(max_length=120)
    note = models.TextField()
    public_keys = models.JSONField()
    names = models.JSONField(default=dict, help_text="How the people who acted there are called.")
    imported_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["subject_id", "name"], name="ledger_imported_once"),)


class ImportedEntry(models.Model):
    """An entry of another installation's ledger, with its payload and its way to the signed root there."""

    log = models.ForeignKey(ImportedLog, on_delete=models.PROTECT, related_name="entries")
    index = models.BigIntegerField()
    object_id = models.UUIDField(db_index=True)
    content = models.JSONField()
    payload = models.TextField(blank=True, help_text="Empty where it was erased.")
    path = models.JSONField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["log", "index"], name="ledger_imported_entry_once"),)
