"""Who acts, where they belong, which role they hold and when."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower

from remit.ledger.models import Governed


class Installation(Governed):
    """The organisation this Remit serves; exactly one row."""

    organisation = models.CharField(max_length=120)
    mfa_roles = ArrayField(
        models.CharField(max_length=40),
        default=list,
        blank=True,
        help_text="Whoever holds one of these signs in with a second factor, a passkey or single sign-on.",
    )
    only = models.BooleanField(default=True, unique=True, editable=False)

    class Meta:
        constraints = (models.CheckConstraint(condition=models.Q(only=True), name="people_one_installation"),)


class Unit(Governed):
    """A line of business or a function of the organisation."""

    natural = ("name",)

    name = models.CharField(max_length=120, unique=True)
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children"
    )
    head = models.ForeignKey(
        "people.User", on_delete=models.PROTECT, null=True, blank=True, related_name="heads"
    )

    def __str__(self) -> str:
        return self.name


class Users(BaseUserManager["User"]):
    """Finds people by e-mail, whatever its case."""

    def get_by_natural_key(self, username: str | None) -> User:
        """Return the person with this e-mail address."""
        return self.get(email__iexact=username)


class User(AbstractBaseUser, Governed):
    """A person with a name and a duty, or a service account. Deactivated, never deleted: they answered
    for things.
    """

    unledgered = ("password",)
    natural = ("email",)
    # sign-ins are ledger events, not a column that each one overwrites
    last_login = None

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120)
    title = models.CharField(max_length=120, blank=True)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="people")
    kind = models.CharField(
        max_length=8, default="person", choices=[("person", "person"), ("service", "service account")]
    )
    external_id = models.CharField(
        max_length=200, null=True, blank=True, unique=True, help_text="Its id at the identity provider."
    )
    directory_name = models.CharField(
        max_length=200,
        null=True,
        blank=True,
        unique=True,
        help_text="Its user name at the identity provider.",
    )
    is_active = models.BooleanField(default=True)
    left_at = models.DateTimeField(null=True, blank=True)
    removed_at = models.DateTimeField(
        null=True, blank=True, help_text="When the identity provider removed it: it is not there for that."
    )
    answered_by = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="service_accounts",
        help_text="The person who answers for a service account.",
    )

    objects = Users()
    # what the token that a request came with is limited to; None where a person signed in themselves
    scopes: frozenset[str] | None = None

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        constraints = (
            models.UniqueConstraint(Lower("email"), name="people_user_email_any_case"),
            models.CheckConstraint(
                condition=models.Q(kind="person", answered_by=None)
                | models.Q(kind="service", answered_by__isnull=False),
                name="people_service_answered_for",
            ),
        )

    def __str__(self) -> str:
        return self.name


class RoleAssignment(Governed):
    """A person holds a role for one use case, in a unit or everywhere, from a day until another.

    A role in a unit holds in the units under it. `subject_id` is a use case's id: people know no inventory.
    """

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="assignments")
    role = models.CharField(max_length=40)
    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="assignments"
    )
    subject_id = models.UUIDField(null=True, blank=True)
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = (models.Index(fields=["user", "role"], name="people_role_of_user"),)
        constraints = (
            models.UniqueConstraint(
                fields=["user", "role", "unit", "subject_id"],
                condition=models.Q(valid_to=None),
                nulls_distinct=False,
                name="people_role_once",
            ),
            models.CheckConstraint(
                condition=models.Q(unit=None) | models.Q(subject_id=None), name="people_role_one_scope"
            ),
        )
