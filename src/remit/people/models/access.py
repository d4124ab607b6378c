"""Groups, deputies, tokens and the emergency door."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from remit.ledger.models import Governed
from remit.people.models.people import Unit, User


class Group(Governed):
    """Several people who hold roles together; an identity provider may keep it."""

    name = models.CharField(max_length=120, unique=True)
    external_id = models.CharField(max_length=200, null=True, blank=True, unique=True)
    removed_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name


class Membership(Governed):
    """A person is in a group, from a day until another."""

    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["group", "user"], condition=Q(valid_to=None), name="people_member_once"
            ),
        )


class GroupRole(Governed):
    """The members of a group hold a role, in a unit or everywhere."""

    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="roles")
    role = models.CharField(max_length=40)
    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="group_roles"
    )
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["group", "role", "unit"],
                condition=Q(valid_to=None),
                nulls_distinct=False,
                name="people_group_role_once",
            ),
        )


class Absence(Governed):
    """A person is away for a time; the deputy, if one is named, holds their duties meanwhile."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="absences")
    deputy = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="deputises"
    )
    reason = models.CharField(max_length=200, blank=True)
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField()
    cancelled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = (models.Index(fields=["deputy", "valid_to"], name="people_absence_deputy"),)
        constraints = (
            models.CheckConstraint(condition=Q(valid_to__gt=F("valid_from")), name="people_absence_forward"),
            models.CheckConstraint(
                condition=Q(deputy=None) | ~Q(deputy=F("user")), name="people_absence_other_deputy"
            ),
        )


class ApiToken(Governed):
    """A key that a person or a service account calls the API with. Only its SHA-256 is kept."""

    unledgered = ("secret_sha256", "last_used_at")

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="tokens")
    name = models.CharField(max_length=80)
    prefix = models.CharField(max_length=12, unique=True, help_text="Its first characters, to tell it by.")
    secret_sha256 = models.CharField(max_length=64)
    scopes = ArrayField(models.CharField(max_length=60), default=list, help_text="Permissions, or read.")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(expires_at__gt=F("created_at")), name="people_token_expires"),
        )


class BreakGlass(Governed):
    """The emergency door: a person holds a role for a short time, with a reason, and everybody is told."""

    reference = models.CharField(max_length=20, unique=True)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="emergencies")
    role = models.CharField(max_length=40)
    reason = models.TextField()
    opened_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    reviewed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="reviewed_emergencies"
    )
    reviewed_at = models.DateTimeField(null=True, blank=True)
    review = models.TextField(blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(expires_at__gt=F("opened_at")), name="people_emergency_ends"),
            models.CheckConstraint(
                condition=Q(reviewed_by=None) | ~Q(reviewed_by=F("user")),
                name="people_emergency_other_reviewer",
            ),
        )
