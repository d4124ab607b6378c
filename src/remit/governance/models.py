"""Tables of governance. Who may not sign together is a constraint here, not only a rule in code."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q

from remit.inventory.models import TIERS
from remit.ledger.models import Governed

SEVERITIES = [(s, s) for s in ("low", "medium", "high", "critical")]
APPROVAL_KINDS = [(k, k) for k in ("validation", "review", "acceptance", "signature", "self_test")]
DECISIONS = [(d, d) for d in ("approve", "approve_with_conditions", "return", "reject")]
REMIT_STATES = [(s, s) for s in ("draft", "in_force", "suspended", "revoked", "expired")]


class TierAssessment(Governed):
    """The answers to the tiering questions and what the scheme computes from them."""

    use_case = models.ForeignKey(
        "inventory.UseCase", on_delete=models.PROTECT, related_name="tier_assessments"
    )
    scheme_version = models.CharField(max_length=20)
    answers = models.JSONField()
    axes = models.JSONField(help_text="Axis scores, 0 to 1.")
    tier = models.CharField(max_length=2, choices=TIERS)
    reasons = models.JSONField()
    provisional = models.BooleanField()
    assessed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    assessed_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    confirmed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=~Q(confirmed_by=F("assessed_by")), name="governance_tier_confirmed_by_another"
            ),
        )


class GateEvaluation(Governed):
    """What every control of a gate said about a version on one day, with the facts it said it from."""

    version = models.ForeignKey(
        "inventory.Version", on_delete=models.PROTECT, related_name="gate_evaluations"
    )
    gate = models.CharField(max_length=4)
    passed = models.BooleanField()
    results = models.JSONField(help_text="One row a control: status, explanation, evidence read.")
    facts = models.JSONField()
    facts_sha256 = models.CharField(max_length=64)
    library_sha256 = models.CharField(max_length=64)
    content_digest = models.CharField(max_length=64)
    evaluated_at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=["version", "gate", "-evaluated_at"], name="governance_latest_gate"),)


class Finding(Governed):
    """Something wrong that a named person mends by a date."""

    reference = models.CharField(max_length=20, unique=True)
    use_case = models.ForeignKey("inventory.UseCase", on_delete=models.PROTECT, related_name="findings")
    version = models.ForeignKey("inventory.Version", on_delete=models.PROTECT, related_name="findings")
    control = models.CharField(max_length=60)
    title = models.CharField(max_length=200)
    detail = models.TextField()
    severity = models.CharField(max_length=8, choices=SEVERITIES)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="owned_findings"
    )
    opened_by = models.CharField(max_length=200)
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    resolution = models.TextField(blank=True)
    answered_by = models.ForeignKey(
        "inventory.Version", on_delete=models.PROTECT, null=True, blank=True, related_name="answered_findings"
    )

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=~Q(closed_by=F("owner")), name="governance_finding_not_closed_by_its_owner"
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None) | ~Q(resolution=""),
                name="governance_finding_closed_with_resolution",
            ),
            models.UniqueConstraint(
                fields=["version", "control"], condition=Q(closed_at=None), name="governance_one_open_finding"
            ),
        )


class ExceptionGrant(Governed):
    """A control that may fail on one version until a day, because something else compensates."""

    reference = models.CharField(max_length=20, unique=True)
    version = models.ForeignKey("inventory.Version", on_delete=models.PROTECT, related_name="exceptions")
    control = models.CharField(max_length=60)
    reason = models.TextField()
    compensating_control = models.TextField()
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    approved_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=~Q(approved_by=F("requested_by")), name="governance_exception_four_eyes"
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("requested_at")), name="governance_exception_is_time_boxed"
            ),
        )


class Approval(Governed):
    """A person's signed judgement of exactly one content digest.

    `developer` and `owner` are copied from the version and its use case so that the database itself can
    refuse a developer who validates or an owner who approves (a composite foreign key keeps the copy true).
    """

    version = models.ForeignKey("inventory.Version", on_delete=models.PROTECT, related_name="approvals")
    kind = models.CharField(max_length=12, choices=APPROVAL_KINDS)
    decision = models.CharField(max_length=24, choices=DECISIONS)
    conditions = models.TextField(blank=True)
    reason = models.TextField()
    content_digest = models.CharField(max_length=64)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="approvals")
    developer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()

    class Meta:
        indexes = (
            models.Index(fields=["version", "kind", "-decided_at"], name="governance_latest_approval"),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(kind="self_test") | ~Q(person=F("developer")),
                name="governance_developer_does_not_approve",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=("acceptance", "self_test")) | ~Q(person=F("owner")),
                name="governance_owner_does_not_approve",
            ),
        )


class Remit(Governed):
    """The signed licence. Its terms never change; only its state does."""

    reference = models.CharField(max_length=20, unique=True)
    use_case = models.ForeignKey("inventory.UseCase", on_delete=models.PROTECT, related_name="remits")
    version = models.ForeignKey("inventory.Version", on_delete=models.PROTECT, related_name="remits")
    kind = models.CharField(max_length=10, choices=[(k, k) for k in ("full", "restricted", "pilot")])
    state = models.CharField(max_length=10, choices=REMIT_STATES, default="draft")
    terms = models.JSONField()
    envelope = models.JSONField(default=dict, help_text="DSSE envelope of the in-toto statement.")
    sha256 = models.CharField(max_length=64, blank=True, help_text="Of the signed payload.")
    key_id = models.CharField(max_length=16, blank=True)
    accountable = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="accountable_remits"
    )
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    gate_evaluation = models.ForeignKey(GateEvaluation, on_delete=models.PROTECT, related_name="remits")
    issued_at = models.DateTimeField()
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField()
    state_changed_at = models.DateTimeField()
    state_reason = models.TextField(blank=True)

    class Meta:
        indexes = (models.Index(fields=["state", "valid_until"], name="governance_remit_validity"),)
        constraints = (
            models.CheckConstraint(
                condition=Q(valid_until__gt=F("valid_from")), name="governance_remit_ends_after_it_starts"
            ),
            # by its validity, so that one past its end and not yet marked does not stand in the way
            ExclusionConstraint(
                name="governance_one_remit_in_force",
                expressions=[
                    ("version", RangeOperators.EQUAL),
                    (
                        Func(
                            "valid_from",
                            "valid_until",
                            function="tstzrange",
                            output_field=DateTimeRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=Q(state="in_force"),
            ),
            models.CheckConstraint(
                condition=~Q(issued_by=F("accountable")), name="governance_remit_issuer_is_not_accountable"
            ),
            models.CheckConstraint(
                condition=Q(state="draft") | ~Q(sha256=""), name="governance_remit_in_force_is_signed"
            ),
        )

    def __str__(self) -> str:
        return self.reference
