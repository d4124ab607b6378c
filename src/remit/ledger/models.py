"""Tables of the ledger. All are append-only in the database itself."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.indexes import GinIndex
from django.db import models

from remit.kernel.ids import uuid7


class Governed(models.Model):
    """Base of every governed table: its rows change only inside an action, and each change is an entry.

    The capture trigger is installed on every concrete subclass after `migrate`, by discovery. Columns in
    `unledgered` (secrets) are never copied into the ledger, and a change of those alone needs no action.
    """

    unledgered: ClassVar[tuple[str, ...]] = ()

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)

    class Meta:
        abstract = True


class Entry(models.Model):
    """One change of one governed row. The payload is apart, so that erasing it keeps the proof valid."""

    id = models.UUIDField(primary_key=True)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_index=True)
    actor = models.CharField(max_length=200)
    action = models.CharField(max_length=100)
    reason = models.TextField(blank=True)
    table_name = models.CharField(max_length=100)
    operation = models.CharField(max_length=10)
    object_id = models.UUIDField(db_index=True)
    payload_sha256 = models.CharField(max_length=64)


class Payload(models.Model):
    """What the row was before and is after, as the exact text that was hashed."""

    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, primary_key=True, related_name="payload")
    body = models.TextField()


class Leaf(models.Model):
    """The place of an entry in the RFC 9162 tree."""

    index = models.BigIntegerField(primary_key=True)
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="leaf")
    leaf_hash = models.BinaryField(max_length=32)


class Node(models.Model):
    """The hash of a complete subtree: `index`-th of 2**level leaves."""

    level = models.SmallIntegerField()
    index = models.BigIntegerField()
    hash = models.BinaryField(max_length=32)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["level", "index"], name="ledger_node_place"),)


class Checkpoint(models.Model):
    """A signed statement of the tree's size and root (C2SP signed note)."""

    size = models.BigIntegerField(primary_key=True)
    root = models.BinaryField(max_length=32)
    note = models.TextField()
    key_id = models.CharField(max_length=16)
    signed_at = models.DateTimeField()


class Verification(models.Model):
    """The outcome of one verification of the whole ledger."""

    verified_at = models.DateTimeField(db_index=True)
    size = models.BigIntegerField()
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


class Numbering(models.Model):
    """The last number given out under each prefix, for references people can read aloud."""

    prefix = models.CharField(max_length=12, primary_key=True)
    last = models.BigIntegerField()
